/** Conditions: public filter values, fixed conditions, account narrowing and cursor positions, as SQL on ERP columns. */

import type { Filter } from "#contract/list-query.ts";
import type { AccountRule } from "../binding/account.ts";
import { type AnyConversion, type Bound, type Condition, type Inverse, type RangeOperator, trimEnd } from "../binding/conversion.ts";
import { wholeBound } from "../binding/conversions/number.ts";
import { type ErpValue, join, member, never, raw, type Sql, sql } from "../binding/sql.ts";
import type { ColumnInfo, Dialect } from "../dialects/dialect.ts";
import { fitting, outside, spelled } from "./fitting.ts";

/** A column as conditions need it. */
export interface Operand {
  readonly sql: Sql;
  readonly info: ColumnInfo;
}

const always = raw("TRUE");
const signs = { gt: raw(">"), gte: raw(">="), lt: raw("<"), lte: raw("<=") } as const;

const and = (conditions: readonly Sql[]): Sql => (conditions.length === 1 && conditions[0] ? conditions[0] : sql`(${join(conditions, " AND ")})`);
const or = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0 ? never : conditions.length === 1 && conditions[0] ? conditions[0] : sql`(${join(conditions, " OR ")})`;

function equals(operand: Operand, value: ErpValue | Sql): Sql {
  return value === null ? sql`${operand.sql} IS NULL` : sql`${operand.sql} = ${parameter(operand, value)}`;
}

/** A database takes a parameter for the type it is compared with; what an expression's type can hold, nobody knows. */
function parameter({ info }: Operand, value: ErpValue | Sql): Sql {
  return info.computed === true && (info.type === "integer" || info.type === "decimal") ? sql`CAST(${value} AS DECIMAL(65, 30))` : sql`${value}`;
}

/** One of several values of a single column. */
export function oneOf(operand: Operand, values: readonly ErpValue[]): Sql {
  const plain = values.filter((value) => value !== null);
  const conditions: Sql[] = [];
  if (plain.length === 1 && plain[0] !== undefined) conditions.push(equals(operand, plain[0]));
  else if (plain.length > 1 && operand.info.computed === true) conditions.push(...plain.map((value) => equals(operand, value)));
  else if (plain.length > 1) conditions.push(member(operand.sql, plain));
  if (plain.length < values.length) conditions.push(sql`${operand.sql} IS NULL`);
  return or(conditions);
}

/** Any of the public values. `asText`: the values are texts that the columns read as, letter by letter. */
function equalTo(operands: readonly Operand[], tuples: readonly (readonly ErpValue[])[], asText = false): Sql {
  const possible: ErpValue[][] = [];
  for (const tuple of tuples) {
    const values = tuple.map((value, index) => {
      const operand = operands[index];
      return operand === undefined || (asText && !spelled(value, operand.info)) ? undefined : fitting(value, operand.info);
    });
    if (values.every((value) => value !== undefined)) possible.push(values);
  }
  const [first] = operands;
  if (operands.length === 1 && first)
    return oneOf(
      first,
      possible.map(([value]) => value ?? null),
    );
  return or(possible.map((tuple) => and(tuple.map((value, index) => equals(operands[index] as Operand, value))))); // as many operands as values
}

function range(operands: readonly Operand[], operator: RangeOperator, values: readonly ErpValue[]): Sql {
  const [first] = operands;
  const [value = null] = values;
  if (operands.length === 1 && first) {
    if (first.info.type !== "integer" || (typeof value !== "string" && typeof value !== "number")) {
      const fits = fitting(value, first.info);
      return fits === undefined ? never : sql`${first.sql} ${signs[operator]} ${parameter(first, fits)}`;
    }
    const bound = wholeBound(operator, String(value));
    const side = outside(bound.value, first.info.min, first.info.max);
    if (side === 0) return sql`${first.sql} ${signs[bound.operator]} ${parameter(first, bound.value)}`;
    return (side === 1) === operator.startsWith("l") ? sql`${first.sql} IS NOT NULL` : never;
  }
  // Lexicographic, with the leading column bounded by itself, so that an index on it serves the whole.
  const strict = operator.startsWith("g") ? signs.gt : signs.lt;
  const loose = operator.startsWith("g") ? signs.gte : signs.lte;
  const steps: Sql[] = [];
  const fits = operands.map((operand, index) => fitting(values[index] ?? null, operand.info) ?? values[index] ?? null);
  operands.forEach((operand, index) => {
    const last = index === operands.length - 1;
    const before = operands.slice(0, index).map((earlier, at) => equals(earlier, fits[at] ?? null));
    steps.push(and([...before, sql`${operand.sql} ${last ? signs[operator] : strict} ${parameter(operand, fits[index] ?? null)}`]));
  });
  return first ? and([sql`${first.sql} ${loose} ${parameter(first, fits[0] ?? null)}`, or(steps)]) : never;
}

export function filterSql(filter: Filter, conversion: AnyConversion, operands: readonly Operand[]): Sql {
  const { inverse } = conversion;
  if (inverse === undefined) throw new Error(`${filter.path} cannot be filtered: its conversion has no inverse`);
  if (filter.operator !== "eq") return rangeSql(inverse, operands, inverse.range?.(filter.operator, filter.values[0] ?? "") ?? "none");
  const { within } = inverse;
  if (within === undefined)
    return equalTo(
      operands,
      filter.values.flatMap((value) => [...inverse.equal(value)]),
      inverse.asText,
    );
  return or(
    filter.values.map((value) => {
      const bounds = within(value);
      return bounds === "none" ? never : and(bounds.map((bound) => rangeSql(inverse, operands, bound)));
    }),
  );
}

/** A bound, less the values that read as null. */
function rangeSql(inverse: Inverse, operands: readonly Operand[], bound: Bound | "none" | "all"): Sql {
  if (bound === "none") return never;
  const [first] = operands;
  const blanks =
    first === undefined
      ? []
      : (inverse.blanks ?? []).flatMap((blank) => {
          const fits = blank === null ? undefined : fitting(blank, first.info);
          if (fits === undefined) return [];
          // Texts are compared as they read: without their trailing spaces.
          return first.info.type === "text"
            ? [sql`RTRIM(${first.sql}) <> ${typeof fits === "string" ? trimEnd(fits) : fits}`]
            : [sql`${first.sql} <> ${parameter(first, fits)}`];
        });
  if (bound === "all") return first === undefined ? always : and([sql`${first.sql} IS NOT NULL`, ...blanks]);
  return and([range(operands, bound.operator, bound.values), ...blanks]);
}

/** A fixed condition of a binding. */
export function conditionSql(operand: Operand, condition: Condition): Sql {
  if (isNot(condition)) {
    const values = listOf(condition.not);
    const differs = values.map((value) => (value === null ? sql`${operand.sql} IS NOT NULL` : sql`${operand.sql} <> ${value}`));
    const apart = differs.length === 0 ? always : and(differs);
    return operand.info.nullable && !values.includes(null) ? sql`(${operand.sql} IS NULL OR ${apart})` : apart;
  }
  return oneOf(operand, listOf(condition));
}

function isNot(condition: Condition): condition is { readonly not: ErpValue | readonly ErpValue[] } {
  return typeof condition === "object" && condition !== null && "not" in condition;
}

function isList(value: ErpValue | readonly ErpValue[]): value is readonly ErpValue[] {
  return Array.isArray(value);
}

function listOf(value: ErpValue | readonly ErpValue[]): readonly ErpValue[] {
  return isList(value) ? value : [value];
}

/** Narrows to the caller's own rows. Accounts of a group are written `<group>:<value>`, all others stand for themselves. */
export function accountSql(rule: AccountRule, accounts: readonly string[], operand: (column: string) => Operand): Sql {
  // A blank account would be given every row that belongs to nobody.
  const own = (column: string, values: readonly string[]): Sql =>
    equalTo(
      [operand(column)],
      values.filter((value) => value.trim() !== "").map((value) => [value]),
    );
  const plain = accounts.filter((account) => !account.includes(":"));
  if (typeof rule === "string") return own(rule, plain);
  switch (rule.kind) {
    case "shared":
      return always;
    case "group":
      return own(
        rule.column,
        accounts.filter((account) => account.startsWith(`${rule.group}:`)).map((account) => account.slice(rule.group.length + 1)),
      );
    case "shared-or-own":
      return or([oneOf(operand(rule.column), rule.shared), own(rule.column, plain)]);
    case "any-of":
      return or(rule.rules.map((inner) => accountSql(inner, accounts, operand)));
  }
}

export interface OrderColumn extends Operand {
  readonly descending: boolean;
}

export function orderSql(order: readonly OrderColumn[]): Sql {
  return join(
    order.map((column) => sql`${column.sql} ${raw(column.descending ? "DESC" : "ASC")}`),
    ", ",
  );
}

/** The order of a union, whose columns have positions only; `before` columns stand ahead of the sorted ones. */
export function orderByPosition(order: readonly OrderColumn[], before: number): Sql {
  return raw(order.map((column, index) => `${before + index + 1} ${column.descending ? "DESC" : "ASC"}`).join(", "));
}

/**
 * Rows after a position. As one tuple where the database's index serves that; else spelled out, with the leading column
 * bounded by itself. NULLs stand where the database sorts them.
 */
export function afterSql(order: readonly OrderColumn[], position: readonly (Sql | null)[], dialect: Dialect): Sql {
  const direction = order[0]?.descending ?? false;
  const uniform = order.every((column, index) => column.descending === direction && !column.info.nullable && (position[index] ?? null) !== null);
  if (uniform && dialect.comparesTuples) {
    const values = order.map((_, index) => sql`${position[index] ?? null}`);
    return sql`(${join(
      order.map((column) => column.sql),
      ", ",
    )}) ${direction ? signs.lt : signs.gt} (${join(values, ", ")})`;
  }
  const steps = order.map((column, index) => {
    const before = order.slice(0, index).map((earlier, at) => equals(earlier, position[at] ?? null));
    return and([...before, beyond(column, position[index] ?? null, dialect)]);
  });
  const [first] = order;
  const [lead = null] = position;
  if (first === undefined) return never;
  return first.info.nullable || lead === null ? or(steps) : and([sql`${first.sql} ${first.descending ? signs.lte : signs.gte} ${lead}`, or(steps)]);
}

/** Strictly after a value in the column's own order. */
function beyond(column: OrderColumn, value: Sql | null, dialect: Dialect): Sql {
  const nullsLast = dialect.nullsAreHighest !== column.descending;
  if (value === null) return nullsLast ? never : sql`${column.sql} IS NOT NULL`;
  const after = sql`${column.sql} ${column.descending ? signs.lt : signs.gt} ${value}`;
  return nullsLast && column.info.nullable ? sql`(${after} OR ${column.sql} IS NULL)` : after;
}
