/** Whether a column of numbers or digits holds dates or times of day, and in which form. */

import { type DateForm, type JulianForm, readDate, readJulian } from "../../binding/conversions/calendar.ts";
import type { ColumnFacts } from "../../dialects/schema-reader.ts";
import { countWhere, ofRows, type Values } from "../values.ts";
import { isOdd } from "./codes.ts";
import { nameHints, sameStem } from "./names.ts";

export type StoredForm = { readonly kind: "date"; readonly form: DateForm } | { readonly kind: "julian"; readonly form: JulianForm };

export interface DateGuess {
  readonly stored: StoredForm;
  /** Values that mean "no date": zero, blank, an open end. */
  readonly nullWhen: readonly (string | number)[];
  readonly evidence: string;
}

const forms: readonly StoredForm[] = [
  { kind: "date", form: "yyyymmdd" },
  { kind: "date", form: "cyymmdd" },
  { kind: "julian", form: "cyyddd" },
  { kind: "julian", form: "yyyyddd" },
];

/** Nines to the end of a form: valid until further notice. */
const openEnds = new Set(["99999999", "99991231", "9999999", "999999", "9999365", "9999366"]);

/** Dates that a business has rows of. Beyond them lie numbers that only look like dates. */
function inBusiness(value: string, stored: StoredForm): boolean {
  const date = stored.kind === "date" ? readDate(value, stored.form) : readJulian(value, stored.form);
  return date !== undefined && date.year >= 1950 && date.year <= 2079;
}

const isNothing = (value: string): boolean => /^0*$/.test(value);

/** Widths that a form's digits have; `20240131` is no date that counts days. */
const widths: Readonly<Record<string, readonly [number, number]>> = { yyyymmdd: [8, 8], cyymmdd: [6, 7], cyyddd: [5, 6], yyyyddd: [7, 7] };

/**
 * The form nearly all values have. A name that says date needs fewer of them than one that says nothing; a name that says
 * number (`ORDNO`) and a column that tells rows apart are never dates, however well their digits fit: an order number
 * 20240131 is an order number.
 * `siblings`: forms of the table's other date columns, for a column that holds only zeros.
 */
export function guessDate(
  column: Pick<ColumnFacts, "name" | "type" | "length">,
  values: Values,
  identifies: boolean,
  siblings: readonly StoredForm[] = [],
): DateGuess | undefined {
  const { name, type } = column;
  if (type !== "integer" && type !== "decimal" && type !== "text") return undefined;
  if (type === "text" && column.length !== undefined && (column.length < 5 || column.length > 10)) return undefined;
  if (identifies) return undefined;
  const saysDate = nameHints.date(name);
  if (!saysDate && (nameHints.identifier(name) || nameHints.amount(name) || nameHints.quantity(name))) return undefined;

  const filled = [...values.counts].filter(([value]) => !isNothing(value) && !openEnds.has(value));
  const distinct = filled.length;
  const rows = filled.reduce((sum, [, count]) => sum + count, 0);
  if (distinct === 0) {
    const [sibling] = siblings;
    const zeros = countWhere(values, isNothing);
    if (!saysDate || sibling === undefined || zeros === 0 || type === "text") return undefined;
    return {
      stored: sibling,
      nullWhen: nothingIn(column, values),
      evidence: `its name says date and all values are 0; the form is that of other dates (${sibling.form})`,
    };
  }
  for (const stored of forms) {
    const [shortest = 0, longest = 0] = widths[stored.form] ?? [];
    const valid = filled.filter(([value]) => /^\d+$/.test(value) && value.length >= shortest && value.length <= longest && inBusiness(value, stored));
    const validRows = valid.reduce((sum, [, count]) => sum + count, 0);
    const enough = saysDate
      ? validRows >= 0.9 * rows
      : valid.length >= 12 &&
        validRows >= 0.995 * rows &&
        isSpread(
          valid.map(([value]) => value),
          stored,
        );
    if (!enough) continue;
    const wrong = rows - validRows;
    const empty = countWhere(values, isNothing);
    const rest = [...(empty > 0 ? [`${empty.toLocaleString("en-US")} say none`] : []), ...(wrong > 0 ? [`${wrong} ${wrong === 1 ? "is" : "are"} wrong`] : [])];
    const evidence = `${stored.form}: ${ofRows(validRows, values)} are such dates${rest.map((part) => `, ${part}`).join("")}`;
    return { stored, nullWhen: nothingIn(column, values), evidence };
  }
  return undefined;
}

/** Numbers handed out one after the other fill a range; dates leave out days and go over many months. */
function isSpread(valid: readonly string[], stored: StoredForm): boolean {
  const months = new Set(
    valid.map((value) => (stored.kind === "date" ? value.slice(0, -2) : String(Math.floor((Number(value) % 1000) / 31)) + value.slice(0, -3))),
  );
  return months.size >= 4;
}

function nothingIn({ type }: Pick<ColumnFacts, "type">, values: Values): readonly (string | number)[] {
  const seen = [...values.counts].filter(([value, rows]) => isNothing(value) || (openEnds.has(value) && !isOdd(rows, values))).map(([value]) => value);
  return type === "text" ? seen.sort() : [...new Set(seen.map(Number))].sort((a, b) => a - b);
}

/**
 * Whether a column of numbers or digits is the time of day, `hhmmss`, that belongs to a date column: it has the date's
 * name, or stands right behind it and could hardly be anything else.
 */
export function guessTime(
  column: Pick<ColumnFacts, "name" | "type" | "length">,
  values: Values,
  date: { readonly name: string; readonly adjacent: boolean },
): string | undefined {
  const { name, type } = column;
  if (type !== "integer" && !(type === "text" && (column.length ?? 0) >= 6 && (column.length ?? 0) <= 8)) return undefined;
  const filled = [...values.counts].filter(([value]) => value !== "");
  const rows = filled.reduce((sum, [, count]) => sum + count, 0);
  const valid = filled.filter(([value]) => isTimeOfDay(value));
  const validRows = valid.reduce((sum, [, count]) => sum + count, 0);
  if (rows === 0) return undefined;
  const named = nameHints.time(name) && (sameStem(date.name, name) || date.adjacent);
  const beyondDoubt =
    date.adjacent &&
    !nameHints.identifier(name) &&
    !nameHints.amount(name) &&
    valid.length >= 20 &&
    validRows === rows &&
    valid.some(([value]) => Number(value) >= 100_000);
  if (!(named && validRows >= 0.95 * rows) && !beyondDoubt) return undefined;
  return `hhmmss beside ${date.name}: ${ofRows(validRows, values)} are times of day`;
}

export function isTimeOfDay(value: string): boolean {
  if (!/^\d{1,6}$/.test(value)) return false;
  const digits = Number(value);
  return digits < 240_000 && Math.floor(digits / 100) % 100 < 60 && digits % 100 < 60;
}

/** Native dates that mean "none": MariaDB's zero date, and the far end of the calendar. */
export function nativeNothing({ type, defaultValue }: Pick<ColumnFacts, "type" | "defaultValue">, values: Values): readonly string[] {
  const zero = type === "date" ? "0000-00-00" : "0000-00-00 00:00:00";
  const seen = [...values.counts.keys()].filter((value) => /^0000-00-00/.test(value) || /^9999-12-31/.test(value) || value === "infinity");
  const hasZero = seen.some((value) => value.startsWith("0000")) || (defaultValue ?? "").startsWith("0000-00-00");
  return [...(hasZero ? [zero] : []), ...seen.filter((value) => !value.startsWith("0000"))];
}

/** Whether a TIMESTAMP column keeps days only. */
export function holdsDaysOnly(values: Values): boolean {
  const moments = [...values.counts.keys()].filter((value) => !/^0000-00-00/.test(value) && value !== "infinity");
  return moments.length > 0 && moments.every((value) => /^\S+$|00:00:00(?:\.0+)?$/.test(value));
}
