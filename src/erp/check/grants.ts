/** The least privileges a binding needs, as statements for a DBA. Made of the bindings alone. */

import type { AnyConversion } from "../binding/conversion.ts";
import type { Expression } from "../binding/expression.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import { capturedTables } from "../capture/captured-tables.ts";
import { dialects } from "../dialects/dialects.ts";
import { physicalName } from "../read/relation.ts";
import { footprintGrants } from "../write/footprint/script.ts";
import { granteeSql } from "./grantee.ts";
import { foreignNames } from "./raw-sql.ts";
import { usesOf } from "./uses.ts";
import { type Extent, type Privilege, writeNeedsOf } from "./write-needs.ts";

export interface GrantOptions {
  /** Name of the role or user; a placeholder without it. MariaDB also takes `name@host`. */
  readonly role: string | undefined;
  /** Postgres: the database to connect to. */
  readonly database: string | undefined;
  /** Where the tables are, when the source does not say so itself. */
  readonly schema: string | undefined;
}

export interface Grants {
  /** Statements with their semicolons, and remarks as SQL comments. */
  readonly lines: readonly string[];
  /** SQL in the bindings that names things nobody declared: the grants may not suffice. */
  readonly undeclared: readonly string[];
}

interface Needs {
  /** Physical table to columns, both sorted. */
  readonly tables: ReadonlyMap<string, readonly string[]>;
  readonly functions: readonly string[];
}

/** `resources`: those of one source. */
export function grantsFor(resources: readonly BoundResource[], options: GrantOptions): Grants {
  const [first] = resources;
  if (first === undefined) return { lines: [], undeclared: [] };
  const needs = needsOf(resources);
  const { names, calls } = foreignNames(resources.map((resource) => [resource.contract.name, expressionsOf(resource)] as const));
  const lines = first.source.dialect === "postgres" ? postgresGrants(first.source, needs, options) : mariadbGrants(first.source, needs, options);
  const written = writeGrants(first.source, resources, options);
  const remarks = calls.map((call) => `-- ${call}: where that is a function of the ERP's own, EXECUTE on it is needed, too.`);
  return { lines: [...lines, ...written, ...remarks], undeclared: names };
}

function needsOf(resources: readonly BoundResource[]): Needs {
  const tables = new Map<string, Set<string>>();
  const functions = new Set<string>();
  for (const resource of resources) {
    const uses = usesOf(resource);
    const physical = (table: string): string => physicalName(resource.source, table);
    for (const { table, isFunction } of uses.tables) {
      if (isFunction) functions.add(physical(table));
      else if (!tables.has(physical(table))) tables.set(physical(table), new Set());
    }
    for (const { table, column } of uses.columns) if (!functions.has(physical(table))) tables.get(physical(table))?.add(column);
  }
  for (const name of functions) tables.delete(name);
  const sorted = [...tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([table, columns]) => [table, [...columns].sort()] as const);
  return { tables: new Map(sorted), functions: [...functions].sort() };
}

function postgresGrants(source: SourceDeclaration, { tables, functions }: Needs, options: GrantOptions): readonly string[] {
  const { quote } = dialects.postgres;
  const role = granteeSql("postgres", options.role);
  const schema = quote(source.schema ?? options.schema ?? "public");
  return [
    `GRANT CONNECT ON DATABASE ${options.database === undefined ? "<database>" : quote(options.database)} TO ${role};`,
    `GRANT USAGE ON SCHEMA ${schema} TO ${role};`,
    ...[...tables].map(([table, columns]) => `GRANT SELECT (${columns.map(quote).join(", ")}) ON ${schema}.${quote(table)} TO ${role};`),
    ...functions.flatMap((name) => [
      `GRANT EXECUTE ON FUNCTION ${schema}.${quote(name)} TO ${role};`,
      `-- ${name} runs with the rights of ${role}: grant what it reads as well, unless it is SECURITY DEFINER.`,
    ]),
  ];
}

function mariadbGrants(source: SourceDeclaration, { tables }: Needs, options: GrantOptions): readonly string[] {
  const { quote } = dialects.mariadb;
  const name = source.schema ?? options.schema ?? options.database;
  const database = name === undefined ? "<database>" : quote(name);
  const role = granteeSql("mariadb", options.role);
  return [...tables].map(([table, columns]) => `GRANT SELECT (${columns.map(quote).join(", ")}) ON ${database}.${quote(table)} TO ${role};`);
}

/** What commands need: tables and routines of the ERP, and the gateway's own tables beside them. */
function writeGrants(source: SourceDeclaration, resources: readonly BoundResource[], options: GrantOptions): readonly string[] {
  const own = [
    "-- The gateway's own tables; `sluice source install --print` creates them.",
    ...footprintGrants(source, { role: options.role, database: options.schema ?? options.database }),
  ];
  if (resources.every(({ contract }) => Object.keys(contract.commands).length === 0)) return capturedTables(resources).length === 0 ? [] : own;
  const { quote } = dialects[source.dialect];
  const needs = writeNeedsOf(resources);
  const name = source.schema ?? options.schema ?? (source.dialect === "postgres" ? "public" : options.database);
  const schema = name === undefined ? "<database>" : quote(name);
  const role = granteeSql(source.dialect, options.role);
  const tables = [...needs.tables].sort(([a], [b]) => (a < b ? -1 : 1));
  const execute = (kind: string, routines: readonly string[]): readonly string[] =>
    routines.flatMap((routine) => [
      `GRANT EXECUTE ON ${kind} ${schema}.${quote(routine)} TO ${role};`,
      ...(source.dialect === "postgres"
        ? [`-- ${routine} runs with the rights of ${role}: grant what it reads and writes as well, unless it is SECURITY DEFINER.`]
        : []),
    ]);
  return [
    ...tables.flatMap(([table, privileges]) =>
      [...privileges].map(([privilege, extent]) => `GRANT ${privilegeSql(privilege, extent, quote)} ON ${schema}.${quote(table)} TO ${role};`),
    ),
    ...execute("FUNCTION", needs.functions),
    ...execute("PROCEDURE", needs.procedures),
    ...needs.unknown.map(
      (command) => `-- ${command} runs code of the binding: what it calls and writes is needed, too. Declare it as \`needs\`, and it stands here.`,
    ),
    ...(source.footprint === "none" ? [] : own),
  ];
}

function privilegeSql(privilege: Privilege, extent: Extent, quote: (name: string) => string): string {
  const word = privilege.toUpperCase();
  return extent === "all" ? word : `${word} (${[...extent].sort().map(quote).join(", ")})`;
}

/** Every expression with the place it stands in. */
function expressionsOf({ binding }: BoundResource): readonly (readonly [place: string, Expression])[] {
  const found: (readonly [string, Expression])[] = binding.only.map((expression) => ["only", expression] as const);
  const visit = (fields: Readonly<Record<string, AnyConversion>>, prefix: string): void => {
    for (const [name, { columns, children }] of Object.entries(fields)) {
      for (const column of columns) if (typeof column !== "string") found.push([`${prefix}${name}`, column]);
      if (children !== undefined) visit(children.fields, `${prefix}${name}.`);
    }
  };
  visit(binding.fields, "");
  return found;
}
