/** If-Match: absent, any, or a list of strong tags. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseIfMatch } from "#pipeline/if-match.ts";
import { problemOf } from "../support/problem-of.ts";

test.each([
  ["none", undefined, { kind: "absent" }],
  ["a star", "*", { kind: "any" }],
  ["a star in spaces", " * ", { kind: "any" }],
  ["one tag", '"abc.def"', { kind: "tags", tags: ["abc.def"] }],
  ["an empty tag", '""', { kind: "tags", tags: [""] }],
  ["several tags", '"a" ,"b",\t"c"', { kind: "tags", tags: ["a", "b", "c"] }],
  ["tags with commas inside", '"a,b","*"', { kind: "tags", tags: ["a,b", "*"] }],
  ["empty elements", ', "a",, "b" ,', { kind: "tags", tags: ["a", "b"] }],
  ["weak tags among strong ones", 'W/"a", "b"', { kind: "tags", tags: ["b"] }],
  ["weak tags alone, which match nothing", 'W/"a"', { kind: "tags", tags: [] }],
  ["characters above ASCII", '"\u00e9"', { kind: "tags", tags: ["\u00e9"] }],
])("If-Match is read with %s", (_what, header, expected) => expect(parseIfMatch(header)).toEqual(expected));

test.each([
  ["nothing", ""],
  ["commas alone", " , ,"],
  ["a tag without quotes", "abc"],
  ["an open quote", '"abc'],
  ["a quote too many", '"abc""'],
  ["no comma", '"a" "b"'],
  ["a space inside", '"a b"'],
  ["a control character", '"a\u0001"'],
  ["a star among tags", '"a", *'],
  ["two stars", "*, *"],
  ["a small w", 'w/"a"'],
  ["a weak tag with a space", 'W/ "a"'],
  ["a date", "Tue, 24 Nov 2026 10:00:00 GMT"],
])("If-Match is malformed with %s", async (_what, header) => {
  expect(await problemOf(() => parseIfMatch(header))).toMatchObject({
    code: "bad-request-line",
    status: 400,
    errors: [{ header: "If-Match", code: "malformed-header" }],
  });
});

test("any list of tags comes back as it was put together", () => {
  const tag = fc.stringMatching(/^[\x21\x23-\x7e]{0,30}$/);
  const gap = fc.constantFrom("", " ", "\t ");
  fc.assert(
    fc.property(fc.array(fc.tuple(tag, fc.boolean(), gap, gap), { minLength: 1, maxLength: 10 }), (parts) => {
      const header = parts.map(([one, weak, before, after]) => `${before}${weak ? "W/" : ""}"${one}"${after}`).join(",");
      expect(parseIfMatch(header)).toEqual({ kind: "tags", tags: parts.filter(([, weak]) => !weak).map(([one]) => one) });
    }),
  );
});
