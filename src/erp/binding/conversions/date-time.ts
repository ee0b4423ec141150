/** `dateTime`: instants, from one timestamp column or from a date and a time column. */

import { type TimeZone, timeZone } from "#lib/time-zone.ts";
import type { ColumnOf, ColumnSource, Conversion, Drift, Inverse, RangeOperator } from "../conversion.ts";
import { isNull } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { type DateForm, readDate, utcMs, writeDate } from "./calendar.ts";
import { digits, nativeDates } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";
import { isWritable, localText, momentWrite, secondsWrite } from "./write-moment.ts";
import { writable } from "./writing.ts";

interface DateTimeOptions extends NullWhen {
  /** IANA zone of the ERP's wall clock, such as `Europe/Berlin`. */
  readonly zone: string;
  /** How the date column stores a date; the time beside it is `hhmmss`, an integer or CHAR(6). */
  readonly as?: DateForm;
}

/**
 * An instant in UTC, from the ERP's local time.
 * Accepts: `dateTime("ORDDT", "ORDTM", { zone })` date (integer or CHAR) and time (integer or CHAR) columns;
 * `dateTime("CREATED", { zone })` a TIMESTAMP column. Wire: `date-time` (RFC 3339) with `Z`.
 * NULL reads as null; `nullWhen` lists date values that do, too. A time that is none is drift. Filters and sorting work
 * on the local columns: within the repeated hour of a clock change they follow the wall clock, not the instant.
 * Writes what reads as the same instant: the second reading of a repeated hour only into a column with a time zone, and
 * fractions of a second only into columns that keep them. Null as the first of `nullWhen` with midnight, or NULL.
 */
export function dateTime<const D extends ColumnSource, const O extends DateTimeOptions>(
  column: D,
  options: O,
): Conversion<ColumnOf<D>, string | NullIf<O>, null, "filter-and-sort", string>;
export function dateTime<const D extends ColumnSource, const T extends ColumnSource, const O extends DateTimeOptions>(
  dateColumn: D,
  timeColumn: T,
  options: O,
): Conversion<ColumnOf<D> | ColumnOf<T>, string | NullIf<O>, null, "filter-and-sort", string | number>;
export function dateTime(
  first: ColumnSource,
  second: ColumnSource | DateTimeOptions,
  third?: DateTimeOptions,
): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  if (third !== undefined) return twoColumns(first, second as ColumnSource, third); // the overload with three arguments
  return oneColumn(first, second as DateTimeOptions); // the overload with two
}

const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, value) => String(value).padStart(2, "0"));

/** The instants that RFC 3339 can write: years of four digits. */
const firstMs = Date.parse("0000-01-01T00:00:00Z");
const lastMs = Date.parse("9999-12-31T23:59:59.999Z");

/** RFC 3339 with `Z`; milliseconds only where there are any. A year without four digits is drift. */
function instantFormatter(columns: readonly ColumnSource[]): (utcMs: number, drift: Drift) => string | undefined {
  // Rows of a page share few days, and writing a day is most of the work.
  const days = new Map<number, string>();
  return (instantMs, drift) => {
    if (instantMs < firstMs || instantMs > lastMs) {
      drift("dateTime", columns, "an instant outside the years 0000 to 9999");
      return undefined;
    }
    const day = Math.floor(instantMs / dayMs);
    const ms = instantMs - day * dayMs;
    if (ms % 1000 !== 0) return new Date(instantMs).toISOString();
    let date = days.get(day);
    if (date === undefined) {
      date = new Date(instantMs).toISOString().slice(0, -14);
      if (days.size >= 20_000) days.clear();
      days.set(day, date);
    }
    const seconds = ms / 1000;
    return `${date}T${twoDigits[Math.floor(seconds / 3600)]}:${twoDigits[Math.floor(seconds / 60) % 60]}:${twoDigits[seconds % 60]}Z`;
  };
}

function twoColumns(
  dateColumn: ColumnSource,
  timeColumn: ColumnSource,
  options: DateTimeOptions,
): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  const zone = timeZone(options.zone);
  const columns = [dateColumn, timeColumn];
  const formatInstant = instantFormatter(columns);
  const form = options.as ?? "yyyymmdd";
  const isNothing = nothing(options);
  const columnsAt = (localMs: number): readonly [string, string] | undefined => {
    const local = new Date(localMs);
    const day = writeDate({ year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() }, form);
    const time = local.getUTCHours() * 10000 + local.getUTCMinutes() * 100 + local.getUTCSeconds();
    return day === undefined ? undefined : [day, String(time).padStart(6, "0")];
  };
  return {
    kind: "dateTime",
    columns,
    yields: { kind: "date-time" },
    accepts: [form === "native" ? nativeDates : digits, digits],
    read(row, at, drift) {
      const day = row[at];
      if (isNull(day) || isNothing(day)) return null;
      const calendarDate = readDate(day, form);
      const time = readTime(row[at + 1]);
      if (calendarDate === undefined || time === undefined) {
        drift("dateTime", columns, calendarDate === undefined ? "not a date" : "not a time of day");
        return undefined;
      }
      return formatInstant(zone.toUtc(utcMs(calendarDate) + time), drift);
    },
    ...writable(columns, secondsWrite(zone, options, columnsAt)),
    inverse: secondsInverse(zone, options, columnsAt),
  };
}

/** Milliseconds since midnight of `hhmmss`; NULL and blank are midnight. */
function readTime(value: unknown): number | undefined {
  if (isNull(value) || (typeof value === "string" && value.trim() === "")) return 0;
  const digits = typeof value === "number" ? value : typeof value === "string" && /^\d{1,6}$/.test(value.trim()) ? Number(value) : Number.NaN;
  const hours = Math.floor(digits / 10000);
  const minutes = Math.floor(digits / 100) % 100;
  const seconds = digits % 100;
  if (!Number.isInteger(digits) || digits < 0 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return (hours * 3600 + minutes * 60 + seconds) * 1000;
}

const timestamp = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?)?(?:(Z|[+-]\d{2})(?::?(\d{2}))?)?$/;

function oneColumn(column: ColumnSource, options: DateTimeOptions): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  const zone = timeZone(options.zone);
  const formatInstant = instantFormatter([column]);
  const isNothing = nothing(options);
  return {
    kind: "dateTime",
    columns: [column],
    yields: { kind: "date-time" },
    accepts: [nativeDates],
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value) || isNothing(value)) return null;
      const match = typeof value === "string" ? timestamp.exec(value) : null;
      const calendarDate = match && readDate(match[1], "native");
      if (!match || !calendarDate) {
        drift("dateTime", [column], "not a timestamp");
        return undefined;
      }
      const localMs =
        utcMs(calendarDate) +
        (Number(match[2] ?? 0) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0)) * 1000 +
        Number((match[5] ?? "0").padEnd(3, "0").slice(0, 3));
      if (match[6] === undefined) return formatInstant(zone.toUtc(localMs), drift);
      const sign = match[6].startsWith("-") ? -1 : 1;
      return formatInstant(localMs - sign * (Math.abs(Number(match[6].replace("Z", "0"))) * 60 + Number(match[7] ?? 0)) * 60_000, drift);
    },
    ...writable([column], momentWrite(zone, options)),
    inverse: millisecondsInverse(zone, options),
  };
}

type Write = (localMs: number) => readonly ErpValue[] | undefined;

/** A bound that no stored form can hold lies before or after every row. */
function beyondAll(operator: RangeOperator, utc: number): "all" | "none" {
  return utc < 0 === operator.startsWith("g") ? "all" : "none";
}

/** Columns of whole seconds: an instant between two of them equals none. */
function secondsInverse(zone: TimeZone, options: NullWhen, write: Write): Inverse {
  const isNothing = nothing(options);
  const columnsAt = (local: number): readonly ErpValue[] | undefined => (isWritable(local) ? write(local) : undefined);
  return {
    equal(value) {
      const utc = Date.parse(value);
      const local = zone.toLocal(utc);
      // The second reading of a repeated hour has no columns of its own: they read as the first.
      const columns = utc % 1000 === 0 && zone.toUtc(local) === utc ? columnsAt(local) : undefined;
      return columns === undefined || isNothing(columns[0]) || isNothing(Number(columns[0])) ? [] : [columns];
    },
    range(operator, value) {
      const utc = Date.parse(value);
      const whole = Math.floor(utc / 1000) * 1000;
      const columns = columnsAt(zone.toLocal(whole));
      if (columns === undefined) return beyondAll(operator, utc);
      if (whole === utc) return { operator, values: columns };
      return { operator: operator.startsWith("g") ? "gt" : "lte", values: columns };
    },
    blanks: options.nullWhen ?? [],
  };
}

/** TIMESTAMP columns may be finer than the milliseconds shown: all moments of one millisecond read as that one. */
function millisecondsInverse(zone: TimeZone, options: NullWhen): Inverse {
  const columns = (utc: number, afterMs = 0): readonly ErpValue[] | undefined => {
    const local = zone.toLocal(utc);
    if (!isWritable(local + afterMs)) return undefined;
    // Columns with a zone are compared as instants; for all others the engine drops the offset.
    return [localText(local + afterMs, local - utc)];
  };
  return {
    equal(value) {
      const only = columns(Date.parse(value));
      return only === undefined ? [] : [only];
    },
    within(value) {
      const utc = Date.parse(value);
      const from = columns(utc);
      const to = columns(utc, 1);
      if (from === undefined || zone.toUtc(zone.toLocal(utc)) !== utc) return "none";
      return [{ operator: "gte", values: from }, to === undefined ? { operator: "gte", values: from } : { operator: "lt", values: to }];
    },
    range(operator, value) {
      const utc = Date.parse(value);
      const next = operator === "gt" || operator === "lte";
      const values = columns(utc, next ? 1 : 0);
      if (values === undefined) return beyondAll(operator, utc);
      return { operator: operator.startsWith("g") ? "gte" : "lt", values };
    },
    blanks: options.nullWhen ?? [],
  };
}
