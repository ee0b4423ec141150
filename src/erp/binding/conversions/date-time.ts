/** `dateTime`: instants, from one timestamp column or from a date and a time column. */

import { type TimeZone, timeZone } from "#lib/time-zone.ts";
import type { ColumnOf, ColumnSource, Conversion, Inverse } from "../conversion.ts";
import { isNull, trimEnd } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { type DateForm, readDate, writeDate } from "./calendar.ts";
import { type NullIf, type NullWhen, nullSet } from "./options.ts";

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
 */
export function dateTime<const D extends ColumnSource, const O extends DateTimeOptions>(column: D, options: O): Conversion<ColumnOf<D>, string | NullIf<O>, null, "filter-and-sort", string>;
export function dateTime<const D extends ColumnSource, const T extends ColumnSource, const O extends DateTimeOptions>(
  dateColumn: D,
  timeColumn: T,
  options: O,
): Conversion<ColumnOf<D> | ColumnOf<T>, string | NullIf<O>, null, "filter-and-sort", string | number>;
export function dateTime(first: ColumnSource, second: ColumnSource | DateTimeOptions, third?: DateTimeOptions): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  if (third !== undefined) return twoColumns(first, second as ColumnSource, third); // the overload with three arguments
  return oneColumn(first, second as DateTimeOptions); // the overload with two
}

function formatInstant(utcMs: number): string {
  const text = new Date(utcMs).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}

function twoColumns(dateColumn: ColumnSource, timeColumn: ColumnSource, options: DateTimeOptions): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  const zone = timeZone(options.zone);
  const form = options.as ?? "yyyymmdd";
  const nulls = nullSet(options);
  return {
    kind: "dateTime",
    columns: [dateColumn, timeColumn],
    read(row, at, drift) {
      const day = row[at];
      if (isNull(day)) return null;
      if (nulls.size > 0 && nulls.has(typeof day === "string" ? trimEnd(day) : day)) return null;
      const calendarDate = readDate(day, form);
      const time = readTime(row[at + 1]);
      if (calendarDate === undefined || time === undefined) {
        drift("dateTime", [dateColumn, timeColumn], calendarDate === undefined ? "not a date" : "not a time of day");
        return undefined;
      }
      return formatInstant(zone.toUtc(Date.UTC(calendarDate.year, calendarDate.month - 1, calendarDate.day) + time));
    },
    inverse: dateTimeInverse(zone, options.nullWhen ?? [], (localMs) => {
      const local = new Date(localMs);
      const day = writeDate({ year: local.getUTCFullYear(), month: local.getUTCMonth() + 1, day: local.getUTCDate() }, form);
      const time = local.getUTCHours() * 10000 + local.getUTCMinutes() * 100 + local.getUTCSeconds();
      return day === undefined ? undefined : [day, time];
    }),
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

const timestamp = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?)?(?:Z|([+-]\d{2})(?::?(\d{2}))?)?$/;

function oneColumn(column: ColumnSource, options: DateTimeOptions): Conversion<string, string | null, null, "filter-and-sort", string | number> {
  const zone = timeZone(options.zone);
  const nulls = nullSet(options);
  return {
    kind: "dateTime",
    columns: [column],
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value) || nulls.has(value)) return null;
      const match = typeof value === "string" ? timestamp.exec(value) : null;
      const calendarDate = match && readDate(match[1], "native");
      if (!match || !calendarDate) {
        drift("dateTime", [column], "not a timestamp");
        return undefined;
      }
      const localMs =
        Date.UTC(calendarDate.year, calendarDate.month - 1, calendarDate.day, Number(match[2] ?? 0), Number(match[3] ?? 0), Number(match[4] ?? 0)) +
        Number((match[5] ?? "0").padEnd(3, "0").slice(0, 3));
      if (match[6] === undefined) return formatInstant(zone.toUtc(localMs));
      const sign = match[6].startsWith("-") ? -1 : 1;
      return formatInstant(localMs - sign * (Math.abs(Number(match[6])) * 60 + Number(match[7] ?? 0)) * 60_000);
    },
    inverse: dateTimeInverse(zone, options.nullWhen ?? [], (localMs) => [new Date(localMs).toISOString().slice(0, 23).replace("T", " ")]),
  };
}

function dateTimeInverse(zone: TimeZone, blanks: readonly ErpValue[], write: (localMs: number) => readonly ErpValue[] | undefined): Inverse {
  return {
    equal(value) {
      const columns = write(zone.toLocal(Date.parse(value)));
      return columns === undefined ? [] : [columns];
    },
    range(operator, value) {
      const columns = write(zone.toLocal(Date.parse(value)));
      if (columns !== undefined) return { operator, values: columns };
      const tooEarly = Date.parse(value) < 0;
      return tooEarly === operator.startsWith("g") ? "all" : "none";
    },
    blanks,
  };
}
