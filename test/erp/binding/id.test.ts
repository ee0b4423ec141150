/** Ids: any key becomes one URL-safe text, and only that text leads back. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeId, encodeId } from "#erp/binding/id.ts";

const awkward = fc.constantFrom(
  "",
  ".",
  "..",
  "~",
  "!",
  "!41",
  "a~b",
  "a b",
  " a",
  "a.",
  "-a",
  "_",
  "%2F",
  "/",
  "ü",
  "\uFEFF",
  "\u0000",
  "\n",
  "null",
  "A".repeat(300),
);
const wellFormed = fc.string({ unit: "binary" }).filter((text) => text.isWellFormed());
const part = fc.oneof(awkward, wellFormed);
const trimmed = (text: string): string => text.replace(/ +$/, "");

test("a key of any texts comes back without its padding", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (key) => {
      expect(decodeId(encodeId(key), key.length)).toEqual(key.map(trimmed));
    }),
    { numRuns: 2000 },
  );
});

test("different keys have different ids", () => {
  const keys = fc.array(part, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(keys, keys, (left, right) => {
      const same = left.length === right.length && left.every((text, at) => trimmed(text) === trimmed(right[at] ?? ""));
      expect(encodeId(left) === encodeId(right)).toBe(same);
    }),
    { numRuns: 2000 },
  );
});

test("an id is a safe URL path segment: never empty, never a dot segment, the same after encoding", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (key) => {
      const id = encodeId(key);
      expect(id).toMatch(/^[A-Za-z0-9!~._-]+$/);
      expect(encodeURIComponent(id)).toBe(id);
      expect(new URL(`http://h/v1/orders/${id}`).pathname).toBe(`/v1/orders/${id}`);
    }),
    { numRuns: 2000 },
  );
});

test("decoding any text never throws, and yields a key only for the one spelling that encoding gives", () => {
  const spelled = fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[!~.A-Fa-f0-9-]{0,12}$/));
  fc.assert(
    fc.property(spelled, fc.integer({ min: 1, max: 4 }), (id, width) => {
      const key = decodeId(id, width);
      if (key !== undefined) expect(encodeId(key)).toBe(id);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ["", 1],
  ["!41", 1],
  ["!2e", 1],
  ["!", 2],
  ["a~b", 1],
  ["a", 2],
  ["a~", 2],
  ["~a", 2],
  ["a b", 1],
  ["!C3!28", 1],
  ["!C0!80", 1],
  ["!ED!A0!80", 1],
  ["!2", 1],
  ["a!20", 1],
  ["ü", 1],
  ["..", 1],
])("%j is no id of a key of %i columns", (id, width) => expect(decodeId(id, width)).toBeUndefined());

test("numbers and their digits have the same id", () => expect(encodeId([7, -3, true])).toBe(encodeId(["7", "-3", "true"])));
