/** The statements that read child rows, one per level, however many parents there are. */

import type { ChildRows, ColumnSource } from "../binding/conversion.ts";
import { trimEnd } from "../binding/conversion.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { type ErpValue, join, never, raw, Sql, slot, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo, Dialect, Statement } from "../dialects/dialect.ts";
import { prepare, render, type SlotValue, write } from "../dialects/write.ts";
import { conditionSql, oneOf } from "./compare.ts";
import { fitting } from "./fitting.ts";
import { tuplesSql } from "./key-values.ts";
import { childRelation, columnInfo, columnSql, fromSql, type Relation } from "./relation.ts";
import { layOut, type RowTree, type TreeReader, treeReader } from "./rows.ts";

/** What statements are written for. */
export interface StatementContext {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  readonly catalog: Catalog;
}

/** One level of child rows, prepared once per binding. */
export interface ChildPlan {
  readonly name: string;
  /** Where the parent's tying columns stand in the parent's row. */
  readonly parentAt: number;
  readonly children: ChildRows;
  readonly relation: Relation;
  readonly read: TreeReader;
  /** SELECT and FROM, written out. */
  readonly select: Sql;
  readonly order: Sql;
  /** Statements that need their values only, by the catalogue they were made with. */
  readonly prepared: WeakMap<Catalog, PreparedLevel>;
  readonly below: readonly ChildPlan[];
}

interface PreparedLevel {
  readonly tieInfo: readonly ColumnInfo[];
  /** By which of the ties are compared with a list. */
  readonly statements: Map<string, (ties: readonly SlotValue[]) => Statement>;
}

/** `within`: the path of the thing the rows belong to, and a dot; empty for the resource itself. */
export function planChildren(source: SourceDeclaration, dialect: Dialect, name: string, parentAt: number, children: ChildRows, within = ""): ChildPlan {
  const path = `${within}${name}.`;
  const relation = childRelation(children);
  const tie = children.on.map(([child]) => child);
  const { values, columns, childFields } = layOut(children.fields, Object.keys(children.fields), tie.length);
  const below = childFields.map((child) => planChildren(source, dialect, child.name, child.at, child.rows, path));
  const list = (named: readonly ColumnSource[]): Sql =>
    join(
      named.map((column) => columnSql(source, relation, column)),
      ", ",
    );
  return {
    name,
    parentAt,
    children,
    relation,
    read: treeReader(values, below, path),
    select: render(sql`SELECT ${list([...tie, ...columns])} ${fromSql(source, relation, new Set())}`, dialect),
    order: render(sql`ORDER BY ${list([...tie, ...children.sort])}`, dialect),
    prepared: new WeakMap(),
    below,
  };
}

/** What is known of a parent's column before its row is read. */
export interface KnownTie {
  readonly value: ErpValue;
  readonly info: ColumnInfo;
}

/** The statements of all `plans` for one parent, where it is known what they tie to; undefined where its row has to be read first. */
export function childrenOf(
  context: StatementContext,
  plans: readonly ChildPlan[],
  known: (column: string) => KnownTie | undefined,
): readonly Statement[] | undefined {
  const statements: Statement[] = [];
  for (const plan of plans) {
    const row: ErpValue[] = [];
    for (const [index, [child, parent]] of plan.children.on.entries()) {
      const tie = known(parent);
      const info = columnInfo(context.source, plan.relation, context.catalog, child);
      // An id has no padding; a VARCHAR that holds the parent's CHAR with its own is found by the parent's row alone.
      if (tie === undefined || (tie.info.sqlType === "bpchar" && info.sqlType !== "bpchar")) return undefined;
      row[plan.parentAt + index] = tie.value;
    }
    const statement = preparedStatement(context, plan, [{ row, levels: [] }]);
    if (statement === undefined) return undefined;
    statements.push(statement);
  }
  return statements;
}

/** The statements of all `plans` for parents whose rows are there. */
export function statementsFor(context: StatementContext, plans: readonly ChildPlan[], parents: readonly RowTree[]): readonly Statement[] {
  return plans.map((plan) => preparedStatement(context, plan, parents) ?? write(childSql(context, plan, parents), context.dialect));
}

/**
 * The statement for these parents, written before and given its values. Undefined where they have to be told apart by
 * several columns, where a value is missing, or where the number of values is part of the statement.
 */
function preparedStatement({ source, dialect, catalog }: StatementContext, plan: ChildPlan, parents: readonly RowTree[]): Statement | undefined {
  const ties = plan.children.on.map(([child]) => child);
  let level = plan.prepared.get(catalog);
  if (level === undefined) {
    level = { tieInfo: ties.map((child) => columnInfo(source, plan.relation, catalog, child)), statements: new Map() };
    plan.prepared.set(catalog, level);
  }
  const slots: SlotValue[] = [];
  let lists = "";
  for (const [index, info] of level.tieInfo.entries()) {
    const distinct = new Set<ErpValue>();
    for (const { row } of parents) distinct.add(row[plan.parentAt + index] as ErpValue); // driver values of a key column
    const values: ErpValue[] = [];
    for (const value of distinct) values.push(...(value === dialect.madeKeys?.stand ? [value] : tieValues(value, info)));
    const [only] = values;
    if (only === undefined || distinct.has(null)) return undefined;
    if (values.length > 1 && (dialect.listOperator === null || lists.includes("n"))) return undefined;
    lists += values.length > 1 ? "n" : "1";
    slots.push(values.length > 1 ? values : only);
  }
  let statement = level.statements.get(lists);
  if (statement === undefined) {
    const conditions = ties.map((child, index) =>
      lists[index] === "n"
        ? sql`${columnSql(source, plan.relation, child)} ${raw(dialect.listOperator ?? "")}(${slot(index)})`
        : sql`${columnSql(source, plan.relation, child)} = ${slot(index)}`,
    );
    statement = prepare(sql`${plan.select} WHERE ${join([...conditions, ...fixedConditions(source, catalog, plan)], " AND ")} ${plan.order}`, dialect);
    level.statements.set(lists, statement);
  }
  return statement(slots);
}

function fixedConditions(source: SourceDeclaration, catalog: Catalog, plan: ChildPlan): readonly Sql[] {
  const operand = (column: string) => ({ sql: columnSql(source, plan.relation, column), info: columnInfo(source, plan.relation, catalog, column) });
  return Object.entries(plan.children.where).map(([column, condition]) => conditionSql(operand(column), condition));
}

function childSql({ source, dialect, catalog }: StatementContext, plan: ChildPlan, parents: readonly RowTree[]): Sql {
  const conditions = [tieSql(source, dialect, catalog, plan, parents), ...fixedConditions(source, catalog, plan)];
  return sql`${plan.select} WHERE ${join(conditions, " AND ")} ${plan.order}`;
}

/** Columns that are the same for all parents (a company) are compared once; what differs becomes a list, or tuples. */
function tieSql(source: SourceDeclaration, dialect: Dialect, catalog: Catalog, plan: ChildPlan, parents: readonly RowTree[]): Sql {
  const ties = plan.children.on.map(([child], index) => {
    const operand = { sql: columnSql(source, plan.relation, child), info: columnInfo(source, plan.relation, catalog, child) };
    const values = parents.map(({ row }) => tieValues(row[plan.parentAt + index] as ErpValue, operand.info)); // driver values of a key column
    const distinct = new Map(values.map((candidates) => [candidates.join("\u0000"), candidates]));
    return { operand, values, distinct: [...distinct.values()] };
  });
  const varying = ties.filter((tie) => tie.distinct.length > 1);
  if (varying.length < 2)
    return join(
      ties.map(({ operand, distinct }) => oneOf(operand, distinct.flat())),
      " AND ",
    );
  const fixed = ties.filter((tie) => tie.distinct.length === 1).map(({ operand, distinct }) => oneOf(operand, distinct.flat()));
  const tuples = parents.flatMap((_, at) => combinations(varying.map(({ values }) => values[at] ?? [])));
  if (tuples.length === 0) return never;
  const columns = varying.map(({ operand }) => operand.sql);
  if (dialect.listOperator === null) return join([...fixed, tuplesSql(columns, tuples)], " AND ");
  const arrays = varying.map(({ operand: { info } }, index) => {
    const values = tuples.map((tuple) => tuple[index] ?? null);
    return sql`${raw("CAST(")}${listParameter(values)} AS ${raw(`${info.sqlType === "" ? "text" : info.sqlType}[])`)}`;
  });
  return join([...fixed, sql`(${join(columns, ", ")}) IN (SELECT * FROM unnest(${join(arrays, ", ")}))`], " AND ");
}

/** What a child's column may hold for a parent's value: a VARCHAR knows the key of a CHAR column without its padding. */
function tieValues(value: ErpValue, info: ColumnInfo): readonly ErpValue[] {
  const fits = value === null ? undefined : fitting(value, info);
  if (fits === undefined) return [];
  const padded = typeof fits === "string" && info.type === "text" && info.sqlType !== "bpchar" && fits.endsWith(" ");
  return padded ? [fits, trimEnd(fits)] : [fits];
}

function combinations(columns: readonly (readonly ErpValue[])[]): readonly (readonly ErpValue[])[] {
  return columns.reduce<readonly (readonly ErpValue[])[]>((found, values) => found.flatMap((tuple) => values.map((value) => [...tuple, value])), [[]]);
}

/** A list as one parameter, outside a membership test. */
function listParameter(values: readonly ErpValue[]): Sql {
  return new Sql([{ kind: "value", value: values as unknown as ErpValue }]); // the dialect's driver takes arrays; only `tieSql` writes one this way
}
