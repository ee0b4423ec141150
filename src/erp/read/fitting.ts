/** Whether and how a value can stand in a column of a certain type. */

import { isDate, parseDate } from "../binding/conversions/calendar.ts";
import { wholeBound } from "../binding/conversions/number.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { ColumnInfo } from "../dialects/dialect.ts";

/** The value as the column's type takes it, or undefined where no value of the column could equal it. */
export function fitting(value: ErpValue, { type, min, max, sqlType, zeroDates, holds }: ColumnInfo): ErpValue | undefined {
  if (value === null || type === "binary") return value;
  if (type === "other") return sqlType === "uuid" && !uuid.test(String(value)) ? undefined : value;
  if (type === "boolean") return typeof value === "boolean" ? value : undefined;
  if (type === "text") return typeof value === "string" ? textFitting(value, holds) : typeof value === "number" ? String(value) : undefined;
  if (type === "date" || type === "timestamp") return typeof value === "string" ? momentFitting(value, sqlType, zeroDates === true) : undefined;
  if (typeof value !== "number" && typeof value !== "string") return undefined;
  const text = String(value);
  if (!/^-?\d{1,60}(?:\.\d{1,60})?$/.test(text)) return undefined;
  if (type !== "integer") return text;
  const { value: whole, operator } = wholeBound("gte", text);
  if (operator !== "gte" || outside(whole, min, max) !== 0) return undefined;
  return whole;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const moment = /^(\d{4}-\d{2}-\d{2})(?:[ T](?:[01]\d|2[0-3])(?::[0-5]\d){2}(?:\.\d{1,9})?([+-]\d{2}(?::?\d{2}){0,2})?)?$/;
/** An instant as `dateTime` writes it: local time and its offset from UTC. */
const withOffset = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3})[+-]\d{2}:\d{2}(?::\d{2})?$/;

const shortestWithOffset = "0000-00-00 00:00:00.000+00:00".length;

/** No database keeps NUL in its texts, and some refuse to compare with it. */
function textFitting(value: string, holds: ColumnInfo["holds"]): string | undefined {
  if (value.length < shortestWithOffset && holds === undefined) return value.includes("\u0000") ? undefined : value;
  return value.includes("\u0000") || holds?.(value) === false ? undefined : (withOffset.exec(value)?.[1] ?? value);
}

/** The offset means something to columns with a zone only. */
function momentFitting(value: string, sqlType: string, zeroDates: boolean): string | undefined {
  const match = moment.exec(value);
  if (!match || !(isDate(parseDate(value)) || (zeroDates && match[1] === "0000-00-00"))) return undefined;
  return sqlType.endsWith("with time zone") ? value : (withOffset.exec(value)?.[1] ?? value);
}

/** -1 below the column's range, 1 above it, 0 inside. */
export function outside(whole: string, min: bigint | undefined, max: bigint | undefined): -1 | 0 | 1 {
  const value = BigInt(whole);
  return min !== undefined && value < min ? -1 : max !== undefined && value > max ? 1 : 0;
}

const oneSpelling = /^(?:0|-?[1-9]\d*|-?(?:0|[1-9]\d*)\.\d+)$/;

/** `007` and `-0` are numbers to a database, and no texts that any row of a number column reads as. */
export function spelled(value: ErpValue, { type }: ColumnInfo): boolean {
  return (
    typeof value !== "string" ||
    (type !== "integer" && type !== "decimal" && type !== "float") ||
    (oneSpelling.test(value) && !(type === "integer" && value.includes(".")))
  );
}
