/** What commands need to be allowed in the ERP beside reading: known of plain ones, declared of those that run code. */

import type { BoundResource } from "../binding/source.ts";
import { aliasOf, physicalName } from "../read/relation.ts";
import type { Also, CommandNeeds } from "../write/command.ts";
import { lockedTables, writtenColumns } from "../write/lock-statements.ts";

export type Privilege = "select" | "insert" | "update" | "delete";

/** Columns, or the whole table. */
export type Extent = ReadonlySet<string> | "all";

export interface WriteNeeds {
  /** By physical table. */
  readonly tables: ReadonlyMap<string, ReadonlyMap<Privilege, Extent>>;
  readonly functions: readonly string[];
  readonly procedures: readonly string[];
  /** Commands that run code of which nothing is declared. */
  readonly unknown: readonly string[];
}

export function writeNeedsOf(resources: readonly BoundResource[]): WriteNeeds {
  const tables = new Map<string, Map<Privilege, Extent>>();
  const [functions, procedures, unknown] = [new Set<string>(), new Set<string>(), [] as string[]];

  for (const resource of resources) {
    const { contract, binding, source } = resource;
    const need = (table: string, privilege: Privilege, columns: readonly string[] | "all"): void => {
      const of = tables.get(physicalName(source, table)) ?? new Map<Privilege, Extent>();
      tables.set(physicalName(source, table), of);
      const known = of.get(privilege) ?? new Set();
      of.set(privilege, known === "all" || columns === "all" ? "all" : new Set([...known, ...columns]));
    };
    const named = Object.entries(binding.commands);
    // To lock a row is to be allowed to change something in it: one column of each table is enough.
    if (named.some(([name]) => contract.commands[name]?.on === "one")) for (const { table, column } of lockedTables(resource)) need(table, "update", [column]);
    const own = (columns: readonly string[]): readonly string[] => columns.filter((column) => aliasOf(binding, column) === undefined);
    for (const [name, command] of named) {
      const input = Object.keys(contract.commands[name]?.input?.shape ?? {}).flatMap((field) => writtenColumns(binding.fields[field]));
      if (typeof command === "function") {
        if (binding.needs === undefined) unknown.push(`${contract.name}.${name}`);
      } else if (command.kind === "insert") need(binding.table, "insert", withAlso(own([...input, ...Object.keys(binding.where)]), command.also));
      else if (command.kind === "update") need(binding.table, "update", withAlso(own(input), command.also));
      else if (command.kind === "stage") {
        need(command.table, "insert", "all"); // its row is made by code
        need(command.table, "select", [command.key, ...command.watch]);
      } else (command.kind === "function" ? functions : procedures).add(command.name);
    }
    addDeclared(binding.needs ?? {}, need, functions, procedures);
  }
  return { tables, functions: [...functions].sort(), procedures: [...procedures].sort(), unknown };
}

type Need = (table: string, privilege: Privilege, columns: readonly string[] | "all") => void;

/** What a function adds is seen by asking it about nothing; where it does not stand that, the whole table is needed. */
function withAlso(columns: readonly string[], also: Also): readonly string[] | "all" {
  if (typeof also !== "function") return [...columns, ...Object.keys(also)];
  try {
    return [...columns, ...Object.keys(also({ caller: { partner: "", accounts: [""] }, columns: { row: {}, rows: {} }, id: "", key: {}, now: new Date(0) }))];
  } catch {
    return "all";
  }
}

function addDeclared({ functions = [], procedures = [], tables = {} }: CommandNeeds, need: Need, known: Set<string>, knownProcedures: Set<string>): void {
  for (const name of functions) known.add(name);
  for (const name of procedures) knownProcedures.add(name);
  for (const [table, of = {}] of Object.entries(tables))
    for (const privilege of ["select", "insert", "update", "delete"] as const) {
      const columns = of[privilege];
      if (columns !== undefined) need(table, privilege, columns);
    }
}
