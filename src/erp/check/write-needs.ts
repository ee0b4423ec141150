/** What commands need beside reading: rows that are locked, written and staged, routines that are called. Made of the bindings alone. */

import type { AnyConversion } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import { aliasOf, physicalName } from "../read/relation.ts";
import type { Also, AnyCommand } from "../write/command.ts";
import { lockedTables } from "../write/lock-statements.ts";

export type WritePrivilege = "INSERT" | "UPDATE" | "DELETE";

export interface WriteNeeds {
  /** By physical table: the columns of each privilege, or all of them. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<WritePrivilege, ReadonlySet<string> | "all">>;
  /** Columns read of tables that rows are staged in. */
  readonly staged: ReadonlyMap<string, ReadonlySet<string>>;
  readonly routines: ReadonlySet<string>;
  /** Tables of which one column may be changed for no other reason than that rows have to be locked. */
  readonly lockedOnly: ReadonlySet<string>;
  /** Commands written as functions: what they do beyond what their text shows is not known. */
  readonly functions: readonly string[];
}

type Columns = Set<string> | "all";

export function writeNeeds(resources: readonly BoundResource[]): WriteNeeds {
  const tables = new Map<string, Map<WritePrivilege, Columns>>();
  const staged = new Map<string, Set<string>>();
  const routines = new Set<string>();
  const lockedOnly = new Set<string>();
  const functions: string[] = [];
  const need = (table: string, privilege: WritePrivilege, columns: Iterable<string> | "all"): void => {
    const privileges = tables.get(table) ?? new Map<WritePrivilege, Columns>();
    tables.set(table, privileges);
    const known = privileges.get(privilege) ?? new Set<string>();
    privileges.set(privilege, known === "all" || columns === "all" ? "all" : new Set([...known, ...columns]));
  };
  const locks: (readonly [table: string, column: string])[] = [];
  for (const resource of resources) {
    const { contract, source, binding } = resource;
    const physical = (table: string): string => physicalName(source, table);
    if (Object.values(contract.commands).some(({ on }) => on === "one"))
      for (const { table, column } of lockedTables(resource)) locks.push([physical(table), column]);
    for (const [name, command] of Object.entries(binding.commands)) {
      if (typeof command === "function") {
        functions.push(`${contract.name}.${name}`);
        for (const [what, named] of namedIn(command)) {
          if (what === "call") routines.add(named);
          else need(physical(named), what, "all");
        }
      } else if (command.kind === "stage") {
        need(physical(command.table), "INSERT", "all");
        staged.set(physical(command.table), new Set([...(staged.get(physical(command.table)) ?? []), command.key, ...command.watch]));
      } else {
        const members = Object.keys(contract.commands[name]?.input?.shape ?? {});
        const written = [...members.flatMap((member) => columnsOf(binding.fields[member])), ...alsoColumns(command.also)];
        const own = written.filter((column) => aliasOf(binding, column) === undefined);
        const all = typeof command.also === "function";
        const fixed = command.kind === "insert" ? Object.keys(binding.where).filter((column) => aliasOf(binding, column) === undefined) : [];
        need(physical(binding.table), command.kind === "insert" ? "INSERT" : "UPDATE", all ? "all" : [...own, ...fixed]);
      }
    }
  }
  for (const [table, column] of locks) {
    if (tables.get(table)?.has("UPDATE")) continue;
    need(table, "UPDATE", [column]);
    lockedOnly.add(table);
  }
  return { tables, staged, routines, lockedOnly, functions };
}

function columnsOf(conversion: AnyConversion | undefined): readonly string[] {
  if (conversion === undefined || conversion.children !== undefined) return [];
  if (conversion.kind === "group") return Object.values(conversion.parts ?? {}).flatMap((part) => columnsOf(part.conversion));
  return conversion.write === undefined ? [] : conversion.columns.filter((column) => typeof column === "string");
}

function alsoColumns(also: Also): readonly string[] {
  return typeof also === "function" ? [] : Object.keys(also);
}

const calls = /\.(call|callForStatus|insert|update|delete)\(\s*(["'`])([^"'`\\$]+)\2/g;
const privileges = { insert: "INSERT", update: "UPDATE", delete: "DELETE" } as const;

/** The routines and tables that a command's own text names. Helpers that it calls are not seen. */
function namedIn(command: Extract<AnyCommand, (...args: never) => unknown>): readonly (readonly ["call" | WritePrivilege, string])[] {
  return [...String(command).matchAll(calls)].map(([, verb = "", , name = ""]) => [
    verb === "insert" || verb === "update" || verb === "delete" ? privileges[verb] : "call",
    name,
  ]);
}
