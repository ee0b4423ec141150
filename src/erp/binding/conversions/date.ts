/** `date` and `julianDate`: calendar dates. */

import type { AnyConversion, ColumnOf, ColumnSource, Conversion, Inverse, Write } from "../conversion.ts";
import { isNull } from "../conversion.ts";
import { type CalendarDate, type DateForm, formatDate, isDate, type JulianForm, parseDate, readDate, readJulian, writeDate, writeJulian } from "./calendar.ts";
import { digits, nativeDates } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";
import { meansNull, notNull, noValue, writable } from "./writing.ts";

interface DateOptions extends NullWhen {
  /** How the column stores a date; `yyyymmdd` (integer or CHAR(8)) without it. */
  readonly as?: DateForm;
}

/**
 * A calendar date, `YYYY-MM-DD`.
 * Accepts: whole numbers and CHAR as `yyyymmdd` or `cyymmdd`; DATE, TIMESTAMP and CHAR(10) as `native`. Wire: `date`.
 * NULL reads as null; zero and blank read as null only where `nullWhen` lists them; an impossible date is drift.
 * Writes null as the first of `nullWhen`, or NULL.
 */
export function date<const S extends ColumnSource, const O extends DateOptions = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter-and-sort", string | number> {
  const form = options?.as ?? "yyyymmdd";
  const common = stored(
    column,
    options ?? {},
    (value) => readDate(value, form),
    (value) => writeDate(value, form),
  );
  return {
    ...common,
    kind: "date",
    columns: [column],
    accepts: [form === "native" ? nativeDates : digits],
    inverse: form === "native" ? wholeDays(common.inverse) : common.inverse,
  };
}

/**
 * A calendar date stored as year and day of year, `YYYY-MM-DD` on the wire.
 * Accepts: whole numbers and CHAR, `cyyddd` (JD Edwards: 126031 is 2026-01-31) or `yyyyddd`. NULL, zero and errors as `date`.
 */
export function julianDate<const S extends ColumnSource, const O extends NullWhen & { readonly as?: JulianForm } = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter-and-sort", string | number> {
  const form = options?.as ?? "cyyddd";
  return {
    kind: "julianDate",
    columns: [column],
    accepts: [digits],
    ...stored(
      column,
      options ?? {},
      (value) => readJulian(value, form),
      (value) => writeJulian(value, form),
    ),
  };
}

/** Days that a column's conversion remembers. */
const maxDays = 20_000;

function stored(
  column: ColumnSource,
  options: NullWhen,
  from: (value: unknown) => CalendarDate | undefined,
  to: (value: CalendarDate) => string | undefined,
): Pick<AnyConversion, "read" | "write" | "yields"> & { readonly inverse: Inverse } {
  const isNothing = nothing(options);
  // Rows of a page share few days, and nothing else is looked up as fast.
  const days = new Map<unknown, string>();
  return {
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value) || isNothing(value)) return null;
      const known = days.get(value);
      if (known !== undefined) return known;
      const calendarDate = from(value);
      if (calendarDate === undefined) {
        drift("date", [column], "not a date");
        return undefined;
      }
      const day = formatDate(calendarDate);
      if (days.size >= maxDays) days.clear();
      days.set(value, day);
      return day;
    },
    ...writable([column], dateWrite(to, options)),
    yields: { kind: "date" },
    inverse: dateInverse(to, options),
  };
}

function dateWrite(to: (value: CalendarDate) => string | undefined, options: NullWhen): Write {
  const isNothing = nothing(options);
  const nothingIn = noValue(options);
  return (value, [info] = []) => {
    if (value === null) {
      const blank = nothingIn(info);
      return blank === null && info?.nullable === false ? notNull : [blank];
    }
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value) || !isDate(parseDate(value))) return "Must be a date, YYYY-MM-DD.";
    const column = to(parseDate(value));
    if (column === undefined) return "Must lie in the years 1900 to 2899.";
    return isNothing(column) || isNothing(Number(column)) ? meansNull : [column];
  };
}

/** Dates whose stored form grows with time; one outside what the form can hold lies beyond every row. */
function dateInverse(to: (value: CalendarDate) => string | undefined, options: NullWhen): Inverse {
  const isNothing = nothing(options);
  return {
    equal(value) {
      const column = to(parseDate(value));
      return column === undefined || isNothing(column) || isNothing(Number(column)) ? [] : [[column]];
    },
    range(operator, value) {
      const column = to(parseDate(value));
      if (column !== undefined) return { operator, values: [column] };
      const tooEarly = parseDate(value).year < 1900;
      return tooEarly === operator.startsWith("g") ? "all" : "none";
    },
    blanks: options.nullWhen ?? [],
  };
}

/** A TIMESTAMP column holds every moment of a day, and all of them read as that day. */
function wholeDays(inverse: Inverse): Inverse {
  const next = (value: string): string => new Date(Date.parse(`${value}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  const last = "9999-12-31";
  return {
    ...inverse,
    within: (value) => [
      { operator: "gte", values: [value] },
      value === last ? { operator: "gte", values: [value] } : { operator: "lt", values: [next(value)] },
    ],
    range: (operator, value) => {
      if (operator === "gte" || operator === "lt") return { operator, values: [value] };
      if (value === last) return operator === "gt" ? "none" : "all";
      return { operator: operator === "gt" ? "gte" : "lt", values: [next(value)] };
    },
  };
}
