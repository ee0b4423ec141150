/** What conversions share on the way from public values into columns. Sentences are read by partners: they name no column. */

import type { ColumnInfo } from "../../dialects/dialect.ts";
import type { ColumnSource, Write } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import type { NullWhen } from "./options.ts";

export const notNull = "Must not be null.";
export const meansNull = "Is stored as if there were no value; send null instead.";
export const notStorable = "Cannot be stored here.";
export const tooPrecise = "Has more digits behind the point than can be stored.";

/** `write`, where every column is one: nothing can be written into an expression. */
export function writable(columns: readonly ColumnSource[], write: Write): { readonly write?: Write } {
  return columns.every((column) => typeof column === "string") ? { write } : {};
}

/** What is written for null: the first of `nullWhen` that the column's type takes, or NULL. */
export function noValue({ nullWhen = [] }: NullWhen): (info: ColumnInfo | undefined) => ErpValue {
  return (info) => nullWhen.find((value) => value !== null && suits(value, info)) ?? null;
}

const plainNumber = /^-?\d+(?:\.\d+)?$/;

/** Whether a column of this type takes such a value, whatever its length or range. Of an unknown column everything is believed. */
export function suits(value: ErpValue, info: ColumnInfo | undefined): boolean {
  if (info === undefined) return true;
  if (value === null) return info.nullable;
  switch (info.type) {
    case "integer":
    case "decimal":
    case "float":
      return typeof value === "number" || (typeof value === "string" && plainNumber.test(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "date":
    case "timestamp":
      return typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value);
    case "binary":
      return typeof value === "string" || value instanceof Uint8Array;
    case "text":
      return typeof value === "string" || typeof value === "number";
    case "other":
      return true;
  }
}

/** Whether the column, given this text, reads as this text: `007` in a number column does not. */
export function readsBack(text: string, info: ColumnInfo | undefined): boolean {
  switch (info?.type) {
    case "integer":
      return /^(?:0|-?[1-9]\d*)$/.test(text);
    case "decimal":
      return /^(?!-[0.]*$)-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && (info.scale === undefined || digitsBehindPoint(text) === info.scale);
    case "float":
      return String(Number(text)) === text;
    case "boolean":
      return text === "true" || text === "false";
    case "date":
      return /^\d{4}-\d{2}-\d{2}$/.test(text);
    case "timestamp":
      return /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(text);
    default:
      return true;
  }
}

function digitsBehindPoint(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}
