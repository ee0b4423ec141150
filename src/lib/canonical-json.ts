/** The canonical text of a JSON value (RFC 8785): the same for all spellings of the same value. */

import type { JsonObject, JsonValue } from "./json.ts";

/** Of values that were parsed strictly, no two different ones have the same text. */
export function canonicalJson(value: JsonValue): string {
  // ECMAScript writes numbers, strings and words as the RFC asks (sections 3.2.2.1 to 3.2.2.3).
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  return `{${Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`)
    .join(",")}}`;
}

function isList(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}
