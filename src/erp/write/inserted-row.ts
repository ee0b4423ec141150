/** Inserts a row and answers columns of it, also where the database has no RETURNING (MySQL, MariaDB before 10.5). */

import type { SourceDeclaration } from "../binding/source.ts";
import { raw } from "../binding/sql.ts";
import type { Catalog, Dialect, WriteTransaction } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import type { ColumnValues } from "./command.ts";
import { insertSql } from "./row-sql.ts";

export interface RowWriting {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  readonly transaction: WriteTransaction;
  readonly catalog: Catalog;
}

/** Whether the database behind a catalogue knows RETURNING: found out once, and gone with the catalogue. */
const returns = new WeakMap<Catalog, boolean>();

export async function insertedRow(writing: RowWriting, table: string, row: ColumnValues, returning: readonly string[]): Promise<readonly unknown[]> {
  const { source, dialect, transaction, catalog } = writing;
  if (returning.length === 0) {
    await transaction.execute(write(insertSql(source, catalog, table, row, []), dialect));
    return [];
  }
  if (await knowsReturning(writing)) return (await transaction.query(write(insertSql(source, catalog, table, row, returning), dialect)))[0] ?? [];
  const numbered = returning.filter((column) => !Object.hasOwn(row, column));
  if (numbered.length > 1) throw new Error(`${table}: this database tells one numbered column of a new row, not ${numbered.join(" and ")}`);
  await transaction.execute(write(insertSql(source, catalog, table, row, []), dialect));
  const [made] = numbered.length === 0 ? [] : await transaction.query(write(raw("SELECT LAST_INSERT_ID()"), dialect));
  return returning.map((column) => (Object.hasOwn(row, column) ? row[column] : made?.[0]));
}

async function knowsReturning({ dialect, transaction, catalog }: RowWriting): Promise<boolean> {
  const known = dialect.name === "postgres" ? true : returns.get(catalog);
  if (known !== undefined) return known;
  const [row] = await transaction.query({ text: "SELECT VERSION()", values: [], unprepared: true });
  const version = /^(?:5\.5\.5-)?(\d+)\.(\d+)\.\d+.*mariadb/i.exec(String(row?.[0]));
  const found = version !== null && Number(version[1]) * 100 + Number(version[2]) >= 1005;
  returns.set(catalog, found);
  return found;
}
