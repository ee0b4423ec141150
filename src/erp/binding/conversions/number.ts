/** `integer`, `decimal` and `money`: numbers that stay exact. */

import type { Bound, ColumnOf, ColumnSource, Conversion, Drift, Inverse } from "../conversion.ts";
import { isNull, trimEnd } from "../conversion.ts";
import { digits } from "./column-kinds.ts";
import { floor, plainDecimal, plainly, pointed, round, shift } from "./decimal-text.ts";
import { type DecimalOptions, type NullIf, type NullWhen, nothing } from "./options.ts";
import { decimalWrite, integerWrite, moneyWrite } from "./write-number.ts";
import { writable } from "./writing.ts";

/**
 * A whole number.
 * Accepts: integers of any width, NUMERIC without a fraction, CHAR with digits. Wire: JSON integer.
 * NULL reads as null. What does not fit a double exactly (beyond 2^53) is drift; use `decimal` for such columns.
 * Writes null as the first of `nullWhen`, or NULL.
 */
export function integer<const S extends ColumnSource, const O extends NullWhen = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<ColumnOf<S>, number | NullIf<O>, null, "filter-and-sort", number | string> {
  const isNothing = nothing(options ?? {});
  return {
    kind: "integer",
    columns: [column],
    accepts: [digits],
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value) || isNothing(value)) return null;
      const number = typeof value === "number" ? value : typeof value === "string" && whole.test(value) ? Number(value) : Number.NaN;
      if (Number.isSafeInteger(number)) return number;
      drift("integer", [column], "not an exact integer");
      return undefined;
    },
    ...writable([column], integerWrite(options ?? {})),
    yields: { kind: "integer" },
    inverse: numberInverse(options ?? {}),
  };
}

/** A whole number as drivers write INT8 and NUMERIC. A blank is none, though `Number` takes it for 0. */
const whole = /^\s*-?\d+(?:\.0*)?\s*$/;

/**
 * A decimal number as a string, never a float.
 * Accepts: integers with `scale`, NUMERIC, floating point with `places`, CHAR with digits. Wire: decimal string.
 * NULL reads as null. A value that is no number (NaN, infinity) is drift.
 * Writes exactly: digits behind the point that the column would lose are refused, never rounded.
 */
export function decimal<const S extends ColumnSource, const O extends DecimalOptions = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter-and-sort", number | string> {
  const settings: DecimalOptions = options ?? {};
  const read = decimalReader(settings);
  return {
    kind: "decimal",
    columns: [column],
    accepts: [digits],
    read: (row, at, drift) => read(row[at], drift, column),
    ...writable([column], decimalWrite(settings)),
    yields: { kind: "decimal" },
    inverse: settings.places === undefined ? numberInverse(settings) : roundedInverse(settings, settings.places),
  };
}

function decimalReader(options: DecimalOptions): (value: unknown, drift: Drift, column: ColumnSource) => string | null | undefined {
  const { scale, places } = options;
  const isNothing = nothing(options);
  return (value, drift, column) => {
    if (isNull(value) || isNothing(value)) return null;
    const plain =
      typeof value === "number" && scale !== undefined && scale > 0 && places === undefined && Number.isSafeInteger(value) && value >= 0
        ? pointed(String(value), scale)
        : typeof value === "string" || typeof value === "number"
          ? plainly(String(value), scale, places)
          : undefined;
    if (plain !== undefined) return plain;
    const digits = plainDecimal(value);
    if (digits === undefined) {
      drift("decimal", [column], "not a number");
      return undefined;
    }
    const shifted = scale === undefined ? digits : shift(digits, -scale);
    return places === undefined ? shift(shifted, 0) : round(shifted, places);
  };
}

/** Comparisons in the stored scale. A value between two stored steps equals none, and bounds are moved to the step below. */
function numberInverse(options: DecimalOptions): Inverse {
  const stored = (value: string): string => shift(value, options.scale ?? 0);
  const isNothing = nothing(options);
  return {
    equal: (value) => (isNothing(stored(value)) ? [] : [[stored(value)]]),
    range: (operator, value) => ({ operator, values: [stored(value)] }),
    blanks: options.nullWhen ?? [],
  };
}

/** Every stored number that rounds to a value reads as that value: comparisons are moved to the rounding's edges. */
function roundedInverse(options: DecimalOptions, places: number): Inverse {
  const edge = (units: bigint): string => shift(String(units), (options.scale ?? 0) - places - 1);
  const from = (units: bigint): Bound => ({ operator: units > 0n ? "gte" : "gt", values: [edge(units * 10n - 5n)] });
  const to = (units: bigint): Bound => ({ operator: units < 0n ? "lte" : "lt", values: [edge(units * 10n + 5n)] });
  const split = (value: string): { readonly below: bigint; readonly above: bigint } => {
    const { floor: below, whole: isWhole } = floor(shift(value, places));
    return { below: BigInt(below), above: BigInt(below) + (isWhole ? 0n : 1n) };
  };
  return {
    equal: (value) => [[shift(value, options.scale ?? 0)]],
    within(value) {
      const { below, above } = split(value);
      return below === above ? [from(below), to(below)] : "none";
    },
    range(operator, value) {
      const { below, above } = split(value);
      if (operator === "gte") return from(above);
      if (operator === "gt") return from(below + 1n);
      return operator === "lte" ? to(below) : to(above - 1n);
    },
    blanks: options.nullWhen ?? [],
  };
}

/** Where an integer column is compared with a fraction: the bound on whole numbers that says the same. */
export function wholeBound(operator: "gt" | "gte" | "lt" | "lte", value: string): { readonly operator: "gt" | "gte" | "lt" | "lte"; readonly value: string } {
  const { floor: below, whole } = floor(value);
  if (whole) return { operator, value: below };
  return { operator: operator.startsWith("g") ? "gt" : "lte", value: below };
}

/** A currency that no column holds. */
interface FixedCurrency {
  readonly currency: string;
}

/**
 * An amount with its currency.
 * Accepts: `money("ORDTOT", "CURCD", { scale: 2 })` as `decimal`, and a character column with the ISO 4217 code, or
 * `{ currency: "EUR" }` where the ERP knows one currency only. Wire: `{"amount":"1234.50","currency":"EUR"}`.
 * A NULL amount reads as null. Filters name the members: `total.amount`, `total.currency`.
 * Writes amount and currency; null leaves the currency as it is.
 */
export function money<const A extends ColumnSource, const C extends ColumnSource | FixedCurrency, const O extends DecimalOptions = Record<never, never>>(
  amount: A,
  currency: C,
  options?: O,
): Conversion<ColumnOf<A> | (C extends ColumnSource ? ColumnOf<C> : never), { amount: string; currency: string } | NullIf<O>, null, "read", number | string> &
  MoneyParts {
  const read = decimalReader(options ?? {});
  const fixed = isFixed(currency) ? currency.currency : undefined;
  const currencyColumn = isFixed(currency) ? undefined : sourceOf(currency);
  const amountPart = decimal(amount, options);
  return {
    kind: "money",
    columns: currencyColumn === undefined ? [amount] : [amount, currencyColumn],
    accepts: [digits, ["text"]],
    read(row, at, drift) {
      const digits = read(row[at], drift, amount);
      if (typeof digits !== "string") return digits;
      const code = fixed ?? row[at + 1];
      if (typeof code === "string") return { amount: digits, currency: trimEnd(code) };
      drift("money", [amount], "an amount without a currency");
      return undefined;
    },
    ...writable(currencyColumn === undefined ? [amount] : [amount, currencyColumn], moneyWrite(options ?? {}, fixed)),
    yields: { kind: "object", members: { amount: { kind: "decimal" }, currency: { kind: "text" } }, exact: true },
    parts: {
      amount: { conversion: amountPart, offset: 0 },
      ...(currencyColumn !== undefined && { currency: { conversion: currencyPart(currencyColumn), offset: 1 } }),
    },
  };
}

/** Which members of a money field can be compared; types only. */
export interface MoneyParts {
  readonly members?: {
    readonly amount: Conversion<never, string, null, "filter-and-sort", unknown>;
    readonly currency: Conversion<never, string, null, "filter-and-sort", unknown>;
  };
}

function isFixed(currency: ColumnSource | FixedCurrency): currency is FixedCurrency {
  return typeof currency === "object" && "currency" in currency;
}

function sourceOf(currency: ColumnSource | FixedCurrency): ColumnSource {
  return currency as ColumnSource; // what isFixed left over
}

function currencyPart(column: ColumnSource): Conversion<string, string, null, "filter-and-sort", unknown> {
  return {
    kind: "text",
    columns: [column],
    accepts: [["text"]],
    read: (row, at) => (typeof row[at] === "string" ? trimEnd(row[at]) : row[at]),
    inverse: { equal: (value) => [[value]], range: (operator, value) => ({ operator, values: [value] }) },
  };
}
