/** Parses a body as JSON that means one thing only (RFC 8259, RFC 7493), and says exactly what is wrong with any other. */

import type { MalformedReason } from "#lib/body-reasons.ts";
import { type JsonObject, type JsonValue, jsonPointer } from "#lib/json.ts";
import type { ProblemError } from "#lib/problems.ts";
import { isExact } from "./json-number.ts";
import { unescapeJson } from "./json-string.ts";
import { decodeJsonText, positions } from "./json-text.ts";

export const jsonLimits = {
  /** Objects and lists inside each other. */
  depth: 32,
  /** Members and elements of the whole body. */
  values: 10_000,
  /** Characters (UTF-16 units) of a member's name. */
  name: 100,
  /** Characters (UTF-16 units) of a string. */
  string: 65_536,
} as const;

/** Errors that are reported; the rest of a body may hold more. */
const maxErrors = 20;

export type StrictJson = { readonly kind: "json"; readonly value: JsonValue } | { readonly kind: "refused"; readonly errors: readonly ProblemError[] };

/**
 * Objects have no prototype, so that no name means more than its member. `-0` is read as `0`. What does not hinder reading
 * on is reported all at once, each with its place and code.
 */
export function parseStrictJson(bytes: Uint8Array): StrictJson {
  const text = decodeJsonText(bytes);
  if (typeof text !== "string") return { kind: "refused", errors: [{ pointer: "", ...text }] };
  const { value, errors } = read(text);
  return value === undefined || errors.length > 0 ? { kind: "refused", errors } : { kind: "json", value };
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const [quote, comma, minus, digit0, digit9, colon, openList, backslash, closeList, open, close] = [34, 44, 45, 48, 57, 58, 91, 92, 93, 123, 125];

/** An object that inherits nothing: neither `constructor` nor `__proto__` is a member before it is sent. Faster than `Object.create(null)`. */
class Members {
  [name: string]: JsonValue;
}
Object.setPrototypeOf(Members.prototype, null);
Reflect.deleteProperty(Members.prototype, "constructor");
Object.freeze(Members.prototype);

/** Functions inside answer undefined where reading cannot go on. */
function read(text: string): { readonly value: JsonValue | undefined; readonly errors: readonly ProblemError[] } {
  const errors: ProblemError[] = [];
  const position = positions(text);
  /** Names and indexes on the way to the value being read; valid up to `depth`. */
  const path: (string | number)[] = [];
  let depth = 0;
  let values = 0;
  let at = 0;

  /** `steps`: how much of the path leads to what is wrong. */
  const report = (code: MalformedReason, what: string, offset: number, steps = depth): undefined => {
    if (errors.length < maxErrors) errors.push({ pointer: jsonPointer(path.slice(0, steps)), code, detail: `${what} (${position(offset)})` });
  };
  const expected = (what: string, steps = depth): undefined =>
    report("malformed-json", at < text.length ? `Expected ${what}.` : `The body ends where ${what} is expected.`, at, steps);

  const skipSpace = (): number => {
    let code = text.charCodeAt(at);
    while (code === 32 || code === 10 || code === 13 || code === 9) {
      at += 1;
      code = text.charCodeAt(at);
    }
    return code;
  };

  const readString = (steps: number, max: number): string | undefined => {
    const start = at + 1;
    let escaped = false;
    let end = start;
    for (let code = text.charCodeAt(end); code !== quote; code = text.charCodeAt(end)) {
      if (!(code >= 32)) {
        at = end;
        return end < text.length
          ? report("malformed-json", "A string holds a control character that is not escaped.", end, steps)
          : expected("the end of a string", steps);
      }
      if (code === backslash) escaped = true;
      end += code === backslash ? 2 : 1;
    }
    at = end + 1;
    const raw = text.slice(start, end);
    const value = escaped ? unescapeJson(raw) : raw;
    if (typeof value === "number") return report("malformed-json", "A string holds an escape that JSON does not have.", start + value, steps);
    if (value.length > max) report("too-long", `More than ${max} characters.`, start - 1, steps);
    if (escaped && value.includes("\u0000")) report("nul-character", "The character NUL is no text.", start - 1, steps);
    if (escaped && !value.isWellFormed()) report("lone-surrogate", "Half of a surrogate pair is no character.", start - 1, steps);
    return value;
  };

  const readNumber = (): number | undefined => {
    const start = at;
    number.lastIndex = start;
    if (!number.test(text)) {
      at += 1;
      return expected("a digit");
    }
    at = number.lastIndex;
    const literal = text.slice(start, at);
    const value = Number(literal);
    if (!isExact(literal, value)) {
      report("number-not-exact", "The number has more digits, or is greater or smaller, than a double-precision number can hold.", start);
    }
    return value + 0; // makes -0 what it equals
  };

  const readWord = <T extends JsonValue>(word: string, value: T): T | undefined => {
    if (!text.startsWith(word, at)) return expected("a JSON value");
    at += word.length;
    return value;
  };

  const count = (): boolean => {
    values += 1;
    if (values <= jsonLimits.values) return true;
    report("too-many-values", `More than ${jsonLimits.values} members and elements.`, at, 0);
    return false;
  };

  const readMembers = (): JsonObject | undefined => {
    const object = new Members();
    at += 1;
    if (skipSpace() === close) {
      at += 1;
      return object;
    }
    for (;;) {
      if (skipSpace() !== quote) return expected("a member's name in double quotes", depth - 1);
      const start = at;
      const name = readString(depth - 1, jsonLimits.name);
      if (name === undefined || !count()) return undefined;
      path[depth - 1] = name;
      if (skipSpace() !== colon) return expected("a colon");
      at += 1;
      const known = object[name] !== undefined;
      if (known) report("duplicate-member", "The name stands in this object more than once.", start);
      if (name === "__proto__") report("forbidden-member", "No member may have this name.", start);
      const value = readValue();
      if (value === undefined) return undefined;
      if (!known) object[name] = value;
      const next = skipSpace();
      at += 1;
      if (next === close) return object;
      if (next !== comma) {
        at -= 1;
        return expected("a comma or a closing brace", depth - 1);
      }
    }
  };

  const readElements = (): readonly JsonValue[] | undefined => {
    const list: JsonValue[] = [];
    at += 1;
    if (skipSpace() === closeList) {
      at += 1;
      return list;
    }
    for (;;) {
      path[depth - 1] = list.length;
      if (!count()) return undefined;
      const value = readValue();
      if (value === undefined) return undefined;
      list.push(value);
      const next = skipSpace();
      at += 1;
      if (next === closeList) return list;
      if (next !== comma) {
        at -= 1;
        return expected("a comma or a closing bracket", depth - 1);
      }
    }
  };

  const readValue = (): JsonValue | undefined => {
    const code = skipSpace();
    if (code === quote) return readString(depth, jsonLimits.string);
    if (code === minus || (code >= digit0 && code <= digit9)) return readNumber();
    if (code === open || code === openList) {
      if (depth === jsonLimits.depth) return report("too-deep", `More than ${jsonLimits.depth} objects and lists inside each other.`, at);
      depth += 1;
      const value = code === open ? readMembers() : readElements();
      depth -= 1;
      return value;
    }
    if (code === 116) return readWord("true", true);
    if (code === 102) return readWord("false", false);
    return readWord("null", null);
  };

  const value = readValue();
  skipSpace();
  if (value !== undefined && at < text.length) report("trailing-text", "Something follows the JSON value.", at, 0);
  return { value, errors };
}
