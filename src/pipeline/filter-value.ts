/** Validates a filter's value by the kind of its field. */

import type { ValueKind } from "#contract/model.ts";

const maxTextLength = 200;
const decimal = /^-?\d{1,30}(?:\.\d{1,12})?$/;
const dateText = /^\d{4}-\d{2}-\d{2}$/;
const instantText = /^\d{4}-\d{2}-\d{2}[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The value in the one form bindings are given, or what would have been valid. */
export function filterValue(kind: ValueKind, value: string): { readonly value: string } | { readonly expected: string } {
  switch (kind.kind) {
    case "choice":
      return kind.values.includes(value) ? { value } : { expected: `one of ${kind.values.join(", ")}` };
    case "boolean":
      return value === "true" || value === "false" ? { value } : { expected: "true or false" };
    case "integer":
      return /^-?\d{1,15}$/.test(value) ? { value: String(Number(value)) } : { expected: "a whole number of at most 15 digits" };
    case "decimal":
      return decimal.test(value) ? { value } : { expected: "a decimal number such as 12.50, at most 30 digits before the point and 12 after it" };
    case "date":
      return isDate(value) ? { value } : { expected: "a date, YYYY-MM-DD, from 1000-01-01 to 9999-12-31" };
    case "date-time":
      return instant(value);
    case "text":
      return value.length > 0 && value.length <= maxTextLength ? { value } : { expected: `1 to ${maxTextLength} characters` };
  }
}

/** Whole calendar dates only: `Date` would turn 30 February into 2 March. */
function isDate(value: string): boolean {
  if (!dateText.test(value) || value < "1000") return false;
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value);
}

/** A full instant, or a date for its first moment in UTC. */
function instant(value: string): { readonly value: string } | { readonly expected: string } {
  const expected = "an instant such as 2026-01-31T09:30:00Z (RFC 3339; write + as %2B), or a date, from year 1000 to 9999";
  if (isDate(value)) return { value: `${value}T00:00:00.000Z` };
  if (!instantText.test(value) || !isDate(value.slice(0, 10))) return { expected };
  const time = Date.parse(value.toUpperCase());
  if (Number.isNaN(time) || time < -30_610_224_000_000 || time > 253_402_300_799_999) return { expected };
  return { value: new Date(time).toISOString() };
}
