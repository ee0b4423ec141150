/** Reads a level of child rows for all parents of a page in one statement, and the levels below it. */

import type { ChildRows, ColumnSource, Drift } from "../binding/conversion.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { type ErpValue, join, member, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, Dialect, ErpDatabase } from "../dialects/dialect.ts";
import { render, write } from "../dialects/write.ts";
import { conditionSql } from "./compare.ts";
import { childRelation, columnInfo, columnSql, fromSql, type Relation } from "./relation.ts";
import { type FieldReader, fieldReaders, readFields } from "./rows.ts";

export interface ReadContext {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  readonly catalog: Catalog;
  readonly database: ErpDatabase;
}

/** One level of child rows, prepared once per binding. */
export interface ChildPlan {
  readonly field: string;
  /** Where the parent's tying columns stand in the parent's row. */
  readonly parentAt: number;
  readonly children: ChildRows;
  readonly relation: Relation;
  readonly readers: readonly FieldReader[];
  /** SELECT and FROM, written out. */
  readonly select: Sql;
  readonly order: Sql;
  readonly below: readonly ChildPlan[];
}

/** A parent row, and the object its child rows are put into. */
export interface Parent {
  readonly row: readonly unknown[];
  readonly item: Record<string, unknown>;
}

export function planChildren(source: SourceDeclaration, dialect: Dialect, field: string, parentAt: number, children: ChildRows): ChildPlan {
  const relation = childRelation(children);
  const tie = children.on.map(([child]) => child);
  const { readers, columns, childFields } = fieldReaders(children.fields, Object.keys(children.fields), tie.length);
  const list = (named: readonly ColumnSource[]): Sql => join(named.map((column) => columnSql(source, column)), ", ");
  return {
    field,
    parentAt,
    children,
    relation,
    readers,
    select: render(sql`SELECT ${list([...tie, ...columns])} ${fromSql(source, relation, new Set())}`, dialect),
    order: render(sql`ORDER BY ${list([...tie, ...children.sort])}`, dialect),
    below: childFields.map(({ name, at, rows }) => planChildren(source, dialect, name, at, rows)),
  };
}

/** Adds every parent's rows under `plan.field`, and returns the raw rows for digests. */
export async function readChildren(context: ReadContext, plan: ChildPlan, parents: readonly Parent[], drift: Drift): Promise<readonly unknown[]> {
  const width = plan.children.on.length;
  const byTie = new Map<string, Record<string, unknown>[]>();
  for (const { row, item } of parents) {
    const tie = tieOf(row, plan.parentAt, width);
    const items = byTie.get(tie) ?? [];
    byTie.set(tie, items);
    item[plan.field] = items;
  }
  if (parents.length === 0) return [];
  const rows = await context.database.query(write(childSql(context, plan, parents), context.dialect));
  const here: Parent[] = [];
  for (const row of rows) {
    const items = byTie.get(tieOf(row, 0, width));
    if (items === undefined) continue; // ties to no parent: a value that only differs beyond its padding
    const item = readFields(plan.readers, row, drift);
    items.push(item);
    here.push({ row, item });
  }
  const digest: unknown[] = [rows];
  for (const below of plan.below) digest.push(await readChildren(context, below, here, drift));
  return digest;
}

/** CHAR columns of different widths hold the same key with different padding. */
function tieOf(row: readonly unknown[], at: number, width: number): string {
  if (width === 1) return String(row[at]).trimEnd();
  let tie = "";
  for (let index = at; index < at + width; index += 1) tie += `${String(row[index]).trimEnd()}\u0000`;
  return tie;
}

function childSql({ source, dialect, catalog }: ReadContext, plan: ChildPlan, parents: readonly Parent[]): Sql {
  const operand = (column: string) => ({ sql: columnSql(source, column), info: columnInfo(source, plan.relation, catalog, column) });
  const conditions = [
    tieSql(source, dialect, catalog, plan, parents),
    ...Object.entries(plan.children.where).map(([column, condition]) => conditionSql(operand(column), condition)),
  ];
  return sql`${plan.select} WHERE ${join(conditions, " AND ")} ${plan.order}`;
}

/** Columns that are the same for all parents (a company) are compared once; what differs becomes a list, or tuples. */
function tieSql(source: SourceDeclaration, dialect: Dialect, catalog: Catalog, plan: ChildPlan, parents: readonly Parent[]): Sql {
  const fixed: Sql[] = [];
  const varying: { readonly column: string; readonly values: readonly ErpValue[] }[] = [];
  plan.children.on.forEach(([child], index) => {
    const values = parents.map(({ row }) => row[plan.parentAt + index] as ErpValue); // driver values of a key column
    const [first] = values;
    if (parents.length > 1 && values.every((value) => value === first)) fixed.push(sql`${columnSql(source, child)} = ${first ?? null}`);
    else varying.push({ column: child, values });
  });
  if (parents.length === 1) return join(varying.map(({ column, values }) => sql`${columnSql(source, column)} = ${values[0] ?? null}`), " AND ");
  const [only] = varying;
  if (only === undefined) return join(fixed, " AND ");
  if (varying.length === 1) return join([...fixed, member(columnSql(source, only.column), [...new Set(only.values)])], " AND ");
  const columns = join(varying.map(({ column }) => columnSql(source, column)), ", ");
  if (dialect.listOperator === null) {
    const tuples = parents.map((_, at) => sql`(${join(varying.map(({ values }) => sql`${values[at] ?? null}`), ", ")})`);
    return join([...fixed, sql`(${columns}) IN (${join(tuples, ", ")})`], " AND ");
  }
  const arrays = varying.map(({ column, values }) => {
    const { sqlType } = columnInfo(source, plan.relation, catalog, column);
    return sql`${raw("CAST(")}${listParameter(values)} AS ${raw(`${sqlType === "" ? "text" : sqlType}[])`)}`;
  });
  return join([...fixed, sql`(${columns}) IN (SELECT * FROM unnest(${join(arrays, ", ")}))`], " AND ");
}

/** A list as one parameter, outside a membership test. */
function listParameter(values: readonly ErpValue[]): Sql {
  return sql`${values as unknown as ErpValue}`; // the dialect's driver takes arrays; only `tieSql` writes one this way
}
