/** The least privileges a binding needs, as statements for a DBA. Made of the bindings alone. */

import type { AnyConversion } from "../binding/conversion.ts";
import type { Expression } from "../binding/expression.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import { dialects } from "../dialects/dialects.ts";
import { physicalName } from "../read/relation.ts";
import { granteeSql } from "./grantee.ts";
import { foreignNames } from "./raw-sql.ts";
import { usesOf } from "./uses.ts";
import { type WriteNeeds, writeNeeds } from "./write-needs.ts";

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
  const writes = writeNeeds(resources);
  const needs = withStaged(needsOf(resources), writes);
  const { names, calls } = foreignNames(resources.map((resource) => [resource.contract.name, expressionsOf(resource)] as const));
  const lines = first.source.dialect === "postgres" ? postgresGrants(first.source, needs, options) : mariadbGrants(first.source, needs, options);
  const remarks = calls.map((call) => `-- ${call}: where that is a function of the ERP's own, EXECUTE on it is needed, too.`);
  return { lines: [...lines, ...writeGrants(first.source, writes, options), ...remarks], undeclared: names };
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

/** Staged rows are looked at again, to see what became of them. */
function withStaged({ tables, functions }: Needs, { staged }: WriteNeeds): Needs {
  const all = new Map(tables);
  for (const [table, columns] of staged) all.set(table, [...new Set([...(all.get(table) ?? []), ...columns])].sort());
  return { tables: new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1))), functions };
}

function writeGrants(source: SourceDeclaration, { tables, routines, lockedOnly, functions }: WriteNeeds, options: GrantOptions): readonly string[] {
  const { quote } = dialects[source.dialect];
  const postgres = source.dialect === "postgres";
  const schema = source.schema ?? options.schema ?? (postgres ? "public" : options.database);
  const place = schema === undefined ? "<database>" : quote(schema);
  const grantee = granteeSql(source.dialect, options.role);
  const written = [...tables]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([table, privileges]) => {
      const list = [...privileges].map(([privilege, columns]) =>
        columns === "all" ? privilege : `${privilege} (${[...columns].sort().map(quote).join(", ")})`,
      );
      const grant = `GRANT ${list.join(", ")} ON ${place}.${quote(table)} TO ${grantee};`;
      if (!lockedOnly.has(table)) return [grant];
      // MariaDB lets whoever may read a row lock it.
      return postgres
        ? [`-- ${table} is locked for a change and not changed: only who may change a column may lock a row.`, grant]
        : [`-- MySQL alone, where only who may change a column may lock a row: ${grant}`];
    });
  const called = [...routines]
    .sort()
    .map((name) =>
      postgres
        ? `GRANT EXECUTE ON ROUTINE ${place}.${quote(name)} TO ${grantee};`
        : `-- GRANT EXECUTE ON <FUNCTION or PROCEDURE> ${place}.${quote(name)} TO ${grantee};`,
    );
  const remark =
    functions.length === 0
      ? []
      : [`-- ${functions.join(", ")}: written as functions. Grant what they do beyond this, and what routines do that run with the caller's rights.`];
  return [...written, ...called, ...remark];
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
