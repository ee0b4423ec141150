/** The statements that a scan reads a resource with, whoever's the rows are: pages in the order of keys, and single things. */

import type { ColumnSource } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import { join, member, type Sql, slot, sql } from "../binding/sql.ts";
import type { Catalog, Dialect, Statement } from "../dialects/dialect.ts";
import { prepare, write } from "../dialects/write.ts";
import { type ChildPlan, planChildren } from "../read/child-statements.ts";
import { afterSql, conditionSql, type OrderColumn, orderSql } from "../read/compare.ts";
import { keyConversion, keyOf, tuplesSql } from "../read/key-values.ts";
import { accountColumns, aliasesOf, columnInfo, columnSql, fromSql, type Relation, relationOf } from "../read/relation.ts";
import { layOut, type TreeReader, treeReader } from "../read/rows.ts";

/** A key as the driver gave it: where the page behind it begins. */
export type KeyPosition = readonly (string | number | boolean | null)[];

/** Rows begin with the key, then the columns of accounts, then those of the fields. */
export interface ScanSelection {
  readonly read: TreeReader;
  readonly children: readonly ChildPlan[];
}

export interface ScanStatements {
  readonly width: number;
  readonly accountColumns: readonly string[];
  /** The tables that hold its rows, each of which is paged through by itself: no database reads a union in order. */
  readonly tables: readonly string[];
  /** Of the fields that rules watch. */
  readonly watched: ScanSelection;
  readonly whole: ScanSelection;
  page(catalog: Catalog, table: string, after: KeyPosition | null, limit: number): Statement;
  /** These things, whole; undefined where no row can have any of the ids. */
  things(catalog: Catalog, ids: readonly string[]): Statement | undefined;
  /** The keys of those that are there. */
  keys(catalog: Catalog, ids: readonly string[]): Statement | undefined;
}

export function scanStatements({ source, binding }: BoundResource, watchedFields: readonly string[], dialect: Dialect): ScanStatements {
  const relation = relationOf(binding);
  const accounts = accountColumns(binding.account);
  const start = binding.key.length + accounts.length;
  const always: readonly ColumnSource[] = [...Object.keys(binding.where), ...accounts, ...binding.only];

  function selection(fields: readonly string[]): ScanSelection & { readonly columns: readonly ColumnSource[] } {
    const { values, columns, childFields } = layOut(binding.fields, fields, start, keyConversion(binding.key));
    const children = childFields.map(({ name, at, rows }) => planChildren(source, dialect, name, at, rows));
    return { read: treeReader(values, children), children, columns };
  }
  const watched = selection(watchedFields);
  const whole = selection(Object.keys(binding.fields));

  function select(from: Relation, columns: readonly ColumnSource[]): Sql {
    const listed = join(
      columns.map((column) => columnSql(source, from, column)),
      ", ",
    );
    return sql`SELECT ${listed} ${fromSql(source, from, aliasesOf(from, [...always, ...columns]))}`;
  }

  /** What makes a row one of this resource. */
  function conditions(catalog: Catalog): readonly Sql[] {
    const fixed = Object.entries(binding.where).map(([column, condition]) =>
      conditionSql({ sql: columnSql(source, relation, column), info: columnInfo(source, relation, catalog, column) }, condition),
    );
    return [...fixed, ...binding.only.map((expression) => columnSql(source, relation, expression))];
  }

  function among(catalog: Catalog, ids: readonly string[]): Sql | undefined {
    const columns = binding.key.map((column) => columnSql(source, relation, column));
    const infos = binding.key.map((column) => columnInfo(source, relation, catalog, column));
    const keys = ids.flatMap((id) => {
      const values = keyOf(id, infos);
      return values === undefined ? [] : [values];
    });
    const [only] = columns;
    if (keys.length === 0 || only === undefined) return undefined;
    if (columns.length > 1) return tuplesSql(columns, keys);
    return member(
      only,
      keys.map(([value]) => value ?? null),
    );
  }

  function byIds(catalog: Catalog, ids: readonly string[], columns: readonly ColumnSource[]): Statement | undefined {
    const found = among(catalog, ids);
    return found && write(sql`${select(relation, columns)} WHERE ${join([found, ...conditions(catalog)], " AND ")}`, dialect);
  }

  return {
    width: binding.key.length,
    accountColumns: accounts,
    tables: [binding.table, ...binding.alsoIn],
    watched,
    whole,
    page(catalog, table, after, limit) {
      const from: Relation = { ...relation, table, alsoIn: [] };
      // A row without its key is none of the resource's: whatever a view says of the column.
      const order = binding.key.map((column): OrderColumn => {
        const info = columnInfo(source, from, catalog, column);
        return { sql: columnSql(source, from, column), info: { ...info, nullable: false }, descending: false };
      });
      const position =
        after &&
        afterSql(
          order,
          after.map((_, index) => slot(index)),
          dialect,
        );
      const all = [...conditions(catalog), ...(position === null ? [] : [position])];
      const where = all.length === 0 ? sql`` : sql`WHERE ${join(all, " AND ")}`;
      const columns = [...binding.key, ...accounts, ...watched.columns];
      return prepare(sql`${select(from, columns)} ${where} ORDER BY ${orderSql(order)} LIMIT ${limit}`, dialect)(after ?? []);
    },
    things: (catalog, ids) => byIds(catalog, ids, [...binding.key, ...accounts, ...whole.columns]),
    keys: (catalog, ids) => byIds(catalog, ids, binding.key),
  };
}
