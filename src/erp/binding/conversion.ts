/** The port of all conversions: how one public field is made from ERP columns, and how a public value finds its way back. */

import type { Known } from "#contract/certain.ts";
import type { ColumnInfo } from "../dialects/dialect.ts";
import type { ColumnKinds } from "./conversions/column-kinds.ts";
import type { Expression } from "./expression.ts";
import type { ErpValue } from "./sql.ts";

/** A column of the bound table, `alias.COLUMN` of a joined one, or an expression. */
export type ColumnSource = string | Expression;

/** Takes note of a value that does not fit what the binding expects. `value` is given for codes only, never for data. */
export type Drift = (conversion: string, columns: readonly ColumnSource[], why: string, value?: string) => void;

export type RangeOperator = "gt" | "gte" | "lt" | "lte";

/** Condition on a conversion's columns, compared as one tuple in the columns' order. */
export interface Bound {
  readonly operator: RangeOperator;
  readonly values: readonly ErpValue[];
}

/** The way back from public values to columns; what makes a field filterable. */
export interface Inverse {
  /** Every combination of column values that reads as `value`; empty when the ERP cannot hold it. */
  equal(value: string): readonly (readonly ErpValue[])[];
  /** The public value is the columns' own text, so that numbers have one spelling. */
  readonly asText?: true;
  /** Present when the columns' order is the public values' order. Null: no row can match. */
  range?(operator: RangeOperator, value: string): Bound | "none" | "all";
  /**
   * Present where many column values read as one public value (a rounded amount, the day of a timestamp): the first and
   * the last of them. Used in place of `equal`. Null: no row can match.
   */
  within?(value: string): readonly [Bound, Bound] | "none";
  /** Column values that read as null, so that no range may match them (a zero date). */
  readonly blanks?: readonly ErpValue[];
}

/** Values in the order of a conversion's columns; undefined: the column stays as it is. A text: why the ERP cannot hold the value, for the partner. */
export type Written = readonly (ErpValue | undefined)[] | string;

/**
 * The way of a written value into the columns; what it writes reads as `value`. `value` has the contract's type, null
 * included. `columns`: what is known of each, since a flag is written otherwise into a number than into a text.
 */
export type Write = (value: unknown, columns?: readonly (ColumnInfo | undefined)[]) => Written;

export type Capability = "filter-and-sort" | "filter" | "read";

export interface Conversion<Columns extends string = string, Out = unknown, Null = unknown, Can extends Capability = Capability, Accepts = unknown> {
  readonly kind: string;
  /** Selected in this order, next to one another. */
  readonly columns: readonly ColumnSource[];
  /** The kinds of column it can read, one entry per column; without it, or for a column beyond its end: any. */
  readonly accepts?: readonly ColumnKinds[];
  /** Reads the public value from `row[at]` onwards; undefined (after a `drift`) where the columns do not fit. */
  readonly read: (row: readonly unknown[], at: number, drift: Drift) => unknown;
  /** Absent where the field can only be read. */
  readonly write?: Write;
  /** What every value read is, null apart: the contract's schema need not look for it again. */
  readonly yields?: Known;
  readonly inverse?: Inverse;
  /** Members that can be addressed as `field.member`, with the offset of their first column. */
  readonly parts?: Readonly<Record<string, { readonly conversion: AnyConversion; readonly offset: number }>>;
  /** Child rows behind this field; it selects only the columns that tie them to the row. */
  readonly children?: ChildRows;
  /** The resource whose id this field holds, for the document and for checks at start. */
  readonly refersTo?: readonly string[];
  /** Carries types only. */
  readonly types?: { readonly columns: Columns; readonly out: Out; readonly null: Null; readonly can: Can; readonly accepts: Accepts };
}

export type AnyConversion = Conversion<string, unknown, unknown, Capability, unknown>;

/** A level of child rows: read for all parents of a page in one statement. */
export interface ChildRows {
  readonly table: string;
  /** Tables with the same columns that are read as one with `table`. */
  readonly alsoIn: readonly string[];
  /** Child column and the parent's column it equals. */
  readonly on: readonly (readonly [child: string, parent: string])[];
  readonly fields: Readonly<Record<string, AnyConversion>>;
  readonly where: Readonly<Record<string, Condition>>;
  readonly sort: readonly string[];
}

/** A fixed condition on one column: equal to a value, to one of several, or (`not`) to none of them. */
export type Condition = ErpValue | readonly ErpValue[] | { readonly not: ErpValue | readonly ErpValue[] };

/** What a column argument contributes to a conversion's `Columns`. */
export type ColumnOf<S extends ColumnSource> = S extends string ? S : S extends Expression<infer C, infer V> ? C | (null extends V ? "=null" : never) : never;

export function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Blank in the way of fixed-width columns: nothing but spaces. */
export function trimEnd(value: string): string {
  let end = value.length;
  while (end > 0 && value.charCodeAt(end - 1) === 32) end -= 1;
  return end === value.length ? value : value.slice(0, end);
}
