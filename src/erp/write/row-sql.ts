/** One row inserted, updated, deleted or read, as SQL. Tables are named as the bindings name them. */

import type { SourceDeclaration } from "../binding/source.ts";
import { type ErpValue, join, name, type Sql, sql } from "../binding/sql.ts";
import type { Catalog } from "../dialects/dialect.ts";
import { physicalName, tableSql } from "../read/relation.ts";
import type { ColumnValues } from "./command.ts";

export function insertSql(source: SourceDeclaration, catalog: Catalog, table: string, row: ColumnValues, returning: readonly string[]): Sql {
  const columns = Object.keys(row);
  if (columns.length === 0) throw new Error(`insert into ${table}: the row has no column`);
  const list = join(
    columns.map((column) => name(column)),
    ", ",
  );
  const values = join(
    Object.entries(row).map(([column, value]) => sql`${sent(source, catalog, table, column, value)}`),
    ", ",
  );
  const back = join(
    returning.map((column) => name(column)),
    ", ",
  );
  return sql`INSERT INTO ${tableSql(source, table)} (${list}) VALUES (${values})${returning.length === 0 ? sql`` : sql` RETURNING ${back}`}`;
}

export function updateSql(source: SourceDeclaration, catalog: Catalog, table: string, key: ColumnValues, row: ColumnValues, also: readonly Sql[] = []): Sql {
  const changes = Object.entries(row).map(([column, value]) => sql`${name(column)} = ${sent(source, catalog, table, column, value)}`);
  return sql`UPDATE ${tableSql(source, table)} SET ${join(changes, ", ")} WHERE ${keySql(source, catalog, table, key, also)}`;
}

export function deleteSql(source: SourceDeclaration, catalog: Catalog, table: string, key: ColumnValues): Sql {
  return sql`DELETE FROM ${tableSql(source, table)} WHERE ${keySql(source, catalog, table, key, [])}`;
}

export function selectSql(source: SourceDeclaration, catalog: Catalog, table: string, key: ColumnValues, columns: readonly string[], lock: boolean): Sql {
  const list = join(
    columns.map((column) => name(column)),
    ", ",
  );
  return sql`SELECT ${list} FROM ${tableSql(source, table)} WHERE ${keySql(source, catalog, table, key, [])} LIMIT 1${lock ? sql` FOR UPDATE` : sql``}`;
}

/** Without a key it would be every row's turn. */
function keySql(source: SourceDeclaration, catalog: Catalog, table: string, key: ColumnValues, also: readonly Sql[]): Sql {
  const equals = Object.entries(key).map(([column, value]) =>
    value === null ? sql`${name(column)} IS NULL` : sql`${name(column)} = ${sent(source, catalog, table, column, value)}`,
  );
  if (equals.length === 0) throw new Error(`${table}: no column says which row is meant`);
  return join([...equals, ...also], " AND ");
}

/** Into BIT(n), MariaDB takes a text for the bits of its letters, and numbers travel as texts. */
function sent(source: SourceDeclaration, catalog: Catalog, table: string, column: string, value: ErpValue): ErpValue {
  if (typeof value !== "number" && typeof value !== "boolean") return value;
  const info = catalog.get(physicalName(source, table))?.get(column);
  const bits = info === undefined ? undefined : /^bit\((\d+)\)/.exec(info.sqlType)?.[1];
  if (bits === undefined) return value;
  const width = Math.ceil(Number(bits) / 8);
  return Uint8Array.from({ length: width }, (_, index) => Number((BigInt(Number(value)) >> BigInt(8 * (width - 1 - index))) & 255n));
}
