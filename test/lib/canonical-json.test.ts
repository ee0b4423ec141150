/** Canonical JSON: one text per value (RFC 8785). */
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "#lib/canonical-json.ts";
import type { JsonValue } from "#lib/json.ts";
import { parseStrictJson } from "#pipeline/strict-json.ts";

function canonicalOf(text: string): string {
  const parsed = parseStrictJson(new TextEncoder().encode(text));
  return parsed.kind === "json" ? canonicalJson(parsed.value) : expect.unreachable(JSON.stringify(parsed.errors));
}

/** Values in which nothing is refused. */
const values: fc.Arbitrary<JsonValue> = fc
  .jsonValue({ maxDepth: 5 })
  .map((value) => parseStrictJson(new TextEncoder().encode(JSON.stringify(value))))
  .filter((parsed) => parsed.kind === "json")
  .map(({ value }) => value);

test("members stand in the order of their UTF-16 units, and numbers and texts are written as ECMAScript does", () => {
  expect(canonicalOf('{"€":1,"\\r":2,"\\ufb33":3,"1":4,"\\ud83d\\ude00":5,"\\u0080":6,"ö":7,"a":{"z":0,"b":[]}}')).toBe(
    '{"\\r":2,"1":4,"a":{"b":[],"z":0},"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
  );
  expect(canonicalOf("[333333333.3333333, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0, 100e-2]")).toBe("[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1]");
  expect(canonicalOf('["\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", null, true, false]')).toBe(
    '["€$\\u000f\\nA\'B\\"\\\\\\\\\\"/",null,true,false]',
  );
});

test("the text stands for the value, and its own canonical text is itself", () => {
  fc.assert(
    fc.property(values, (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalOf(text)).toBe(text);
    }),
  );
});

test("spacing, escapes and the order of members do not count; anything else does", () => {
  fc.assert(
    fc.property(values, values, (value, other) => {
      expect(canonicalOf(otherSpelling(value))).toBe(canonicalJson(value));
      expect(canonicalJson(value) === canonicalJson(other)).toBe(JSON.stringify(sorted(value)) === JSON.stringify(sorted(other)));
    }),
  );
});

/** The same value with its members in reverse, every character escaped, and space wherever it may be. */
function otherSpelling(value: JsonValue): string {
  if (typeof value === "string")
    return `"${Array.from({ length: value.length }, (_, at) => `\\u${value.charCodeAt(at).toString(16).padStart(4, "0")}`).join("")}"`;
  if (Array.isArray(value)) return ` [ ${value.map(otherSpelling).join(" ,\n")} ] `;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).reverse();
  return `\t{ ${members.map(([name, one]) => `${otherSpelling(name)} : ${otherSpelling(one)}`).join(" ,\r\n")} } `;
}

/** Members in a fixed order, made without the code under test. */
function sorted(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, one]) => [name, sorted(one)]);
  return { members: members.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) };
}
