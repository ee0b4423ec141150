/** Expressions: values the ERP computes in SQL, usable wherever a conversion takes a column. */

import type { ColumnSource } from "./conversion.ts";
import type { Sql } from "./sql.ts";
import { join, name, sql } from "./sql.ts";

/**
 * What an expression yields: its kind of value, or the closed set of codes it can take.
 * `integer`, `float`: a number; `decimal`: a decimal string; `text`: a string; `boolean`: a boolean.
 */
export type ExpressionType = "text" | "integer" | "decimal" | "float" | "boolean" | readonly string[];

type ValueOf<T extends ExpressionType> = T extends readonly (infer Code)[]
  ? Code
  : T extends "integer" | "float"
    ? number
    : T extends "boolean"
      ? boolean
      : string;

/** Writes a column of the bound row. */
export type ColumnWriter = (column: string) => Sql;

export interface Expression<Columns extends string = string, Value = unknown> {
  readonly kind: "expression";
  readonly type: ExpressionType;
  /** Columns it reads, for privileges, capture and drift checks; `TABLE/COLUMN` for rows of another table. */
  readonly columns: readonly string[];
  readonly write: (column: ColumnWriter, table: (table: string) => Sql) => Sql;
  /** Carries types only. */
  readonly types?: { readonly columns: Columns; readonly value: Value };
}

type Named<Columns extends string> = { readonly [C in Columns]: Sql };

function named<Columns extends string>(columns: readonly Columns[], write: (column: Columns) => Sql): Named<Columns> {
  // Object.fromEntries forgets the key type; the keys are exactly `columns`.
  return Object.fromEntries(columns.map((column) => [column, write(column)])) as Named<Columns>;
}

/** Columns of a record of columns and expressions, written as an expression's. */
type ColumnsBehind<Sources> = {
  [K in keyof Sources]: Sources[K] extends string ? `=${Sources[K]}` : Sources[K] extends Expression<infer C> ? Exclude<C, "=null"> : never;
}[keyof Sources];

/**
 * An SQL expression over columns of the bound row; filterable and sortable like a column. Given as a record, the columns
 * get names of their own, and expressions may stand among them: a status made of the header's flags and its lines.
 * @example expression(["HLDFLG", "ORDST"], ["H", "10", "90"], (c) => sql`CASE WHEN ${c.HLDFLG} = 'Y' THEN 'H' ELSE ${c.ORDST} END`)
 * @example expression({ draft: "DRAFT", open: fromRows(...) }, ["D", "O", "C"], (c) => sql`CASE WHEN ${c.draft} = 1 ...`)
 */
export function expression<const Columns extends string, const Type extends ExpressionType>(
  columns: readonly Columns[],
  type: Type,
  write: (column: Named<Columns>) => Sql,
): Expression<`=${Columns}`, ValueOf<Type>>;
export function expression<const Sources extends Readonly<Record<string, ColumnSource>>, const Type extends ExpressionType>(
  sources: Sources,
  type: Type,
  write: (source: Named<keyof Sources & string>) => Sql,
): Expression<ColumnsBehind<Sources>, ValueOf<Type>>;
export function expression(
  sources: readonly string[] | Readonly<Record<string, ColumnSource>>,
  type: ExpressionType,
  write: (source: Named<string>) => Sql,
): Expression {
  const entries: readonly (readonly [string, ColumnSource])[] = isList(sources) ? sources.map((column) => [column, column]) : Object.entries(sources);
  return {
    kind: "expression",
    type,
    columns: entries.flatMap(([, source]) => (typeof source === "string" ? [source] : source.columns)),
    write: (column, table) =>
      write(Object.fromEntries(entries.map(([key, source]) => [key, typeof source === "string" ? column(source) : source.write(column, table)]))),
  };
}

function isList(sources: readonly string[] | Readonly<Record<string, ColumnSource>>): sources is readonly string[] {
  return Array.isArray(sources);
}

/** Columns of the other table, and the value each must have. */
type RowFilter = Readonly<Record<string, string | number>>;

/**
 * One value computed from the rows of another table that belong to the bound row: a sum, a minimum, an EXISTS.
 * `on` maps the other table's columns to columns of the bound row. NULL where there is no such row.
 * @example fromRows("OELIN", { ORDNO: "ORDNO" }, ["QTYOR"], "integer", (c) => sql`SUM(${c.QTYOR})`)
 */
export function fromRows<
  const Table extends string,
  const On extends Readonly<Record<string, string>>,
  const Columns extends string,
  const Type extends ExpressionType,
  const Where extends RowFilter = Record<never, never>,
>(
  table: Table,
  on: On,
  columns: readonly Columns[],
  type: Type,
  write: (column: Named<Columns>) => Sql,
  options: { readonly where?: Where } = {},
): Expression<`=${Table}/${Columns | (keyof On & string) | (keyof Where & string)}` | `=${On[keyof On] & string}`, ValueOf<Type>> {
  const conditions = Object.entries(options.where ?? {});
  return {
    kind: "expression",
    type,
    columns: [...Object.values(on), ...[...Object.keys(on), ...columns, ...conditions.map(([column]) => column)].map((column) => `${table}/${column}`)],
    write: (column, from) => {
      const matches = Object.entries(on).map(([theirs, ours]) => sql`${name("s", theirs)} = ${column(ours)}`);
      const fixed = conditions.map(([theirs, value]) => sql`${name("s", theirs)} = ${value}`);
      return sql`(SELECT ${write(named(columns, (theirs) => name("s", theirs)))} FROM ${from(table)} ${name("s")} WHERE ${join([...matches, ...fixed], " AND ")})`;
    },
  };
}

/**
 * One column of the one row of another table that `on` and `where` single out: a text in some language, a value of a
 * key-value table, the meaning of a code. NULL where there is none; the lowest value where there are several.
 * @example lookup("ITMTXT", { ITMNO: "ITMNO" }, "TXT", { where: { LANG: "EN" } })
 */
export function lookup<
  const Table extends string,
  const On extends Readonly<Record<string, string>>,
  const Column extends string,
  const Where extends RowFilter = Record<never, never>,
>(
  table: Table,
  on: On,
  column: Column,
  options: { readonly where?: Where; readonly type?: ExpressionType } = {},
): Expression<`=${Table}/${Column | (keyof On & string) | (keyof Where & string)}` | `=${On[keyof On] & string}`, string | null> {
  const { kind, type, columns, write } = fromRows(table, on, [column], options.type ?? "text", (c) => sql`MIN(${c[column]})`, options);
  return { kind, type, columns, write };
}

/** The sum of columns, each added or, with a leading `-`, subtracted: `sum("OVAMOUNT", "OVGST", "-OVDISCOUNT")`. */
export function sum<const Term extends string>(
  type: "integer" | "decimal" | "float",
  ...terms: readonly Term[]
): Expression<`=${Term extends `-${infer C}` ? C : Term}`, number | string> {
  const columns = terms.map((term) => (term.startsWith("-") ? term.slice(1) : term));
  return {
    kind: "expression",
    type,
    columns,
    write: (column) =>
      sql`(${join(
        terms.map((term) => (term.startsWith("-") ? sql`- ${column(term.slice(1))}` : sql`+ ${column(term)}`)),
        " ",
      )})`,
  };
}

/** Whether any bit of `mask` is set in an integer column. */
export function bit<const Column extends string>(column: Column, mask: number): Expression<`=${Column}`, boolean> {
  return { kind: "expression", type: "boolean", columns: [column], write: (c) => sql`((${c(column)} & ${mask}) <> 0)` };
}
