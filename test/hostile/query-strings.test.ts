/** Query strings that are repeated, malformed, huge or odd, and cursors that were tampered with. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
const list = (query: string) => target().get(`/v1/orders?${query}`);
const enc = encodeURIComponent;
const nothing = '{"data":[],"next_cursor":null}';

describe("the query string", () => {
  test("with a parameter twice is 400 naming it, whatever its spelling", async () => {
    for (const [query, name] of [
      ["limit=1&limit=1", "limit"],
      ["status=shipped&limit=1&status=shipped", "status"],
      ["limit=1&%6cimit=2", "limit"],
      ["a=1&a=2", "a"],
      ["=1&=2", ""],
      ["placed_at%5Bgte%5D=2026-01-01&placed_at[gte]=2026-01-01", "placed_at[gte]"],
      ["__proto__=1&__proto__=2", "__proto__"],
    ] as const) {
      expect(refusal(await list(query)), query).toEqual({ status: 400, code: "invalid-parameter", where: name });
    }
  });

  test("that is no percent-encoded UTF-8 text is 400 naming the parameter, where its name can be read", async () => {
    for (const value of ["%", "%z", "%ff", "%c0%af", "%c0%80", "%ed%a0%80", "%ed%b0%80", "%f4%90%80%80", "%00", "a%00b", "%e4"]) {
      expect(refusal(await list(`reference=${value}`)), value).toEqual({ status: 400, code: "invalid-parameter", where: "reference" });
      expect(refusal(await list(`${value}=x`)), value).toEqual({ status: 400, code: "invalid-parameter", where: "?" });
    }
  });

  test("with hundreds or thousands of parameters is refused at once", async () => {
    for (const count of [51, 500, 1_500]) {
      const answer = await list(Array.from({ length: count }, (_, index) => `a${index}=`).join("&"));
      expect(refusal(answer), String(count)).toMatchObject({ status: count > 1_000 ? 414 : 400 });
      expect(answer.ms).toBeLessThan(2_000);
    }
    expect(refusal(await list("&".repeat(60)))).toMatchObject({ status: 400, code: "invalid-parameter" });
  });

  test("with more values than a filter takes is 400 naming it, and one with just enough is served", async () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => `C${index}`).join(",");
    expect((await list(`customer_id=${ids(100)}`)).status).toBe(200);
    expect(refusal(await list(`customer_id=${ids(101)}`))).toEqual({ status: 400, code: "invalid-parameter", where: "customer_id" });
    expect((await list(`reference=${enc("\\,".repeat(99))}`)).status).toBe(200);
    expect(refusal(await list(`reference=${"a".repeat(201)}`))).toEqual({ status: 400, code: "invalid-parameter", where: "reference" });
    expect(refusal(await list(`fields=${"id,".repeat(2_000)}id,x`))).toEqual({ status: 400, code: "invalid-parameter", where: "fields" });
    expect((await list(`fields=${"id,".repeat(2_000)}id`)).status).toBe(200);
  });

  test("with control characters, quotes and wide characters in a filter compares them as text", async () => {
    for (const value of [
      "\r\nX: y",
      "\x1b[31m",
      "\u0007",
      "\u200b",
      "\u202e",
      "\u{1f600}",
      "\ud83d\ude00".normalize(),
      "é",
      "e\u0301",
      "\ufeff",
      "\u2028",
      "\\",
      "\\\\",
      "a\\b",
      '"',
      "<script>",
      "𝒜",
      "\uffff",
    ]) {
      const answer = await list(`reference=${enc(value)}`);
      expect([answer.status, answer.body], JSON.stringify(value)).toEqual([200, nothing]);
    }
  });
});

describe("cursors", () => {
  test("that were tampered with, are huge or are no text are 400 naming the parameter", async () => {
    const [, cursor = ""] = /"next_cursor":"([^"]+)"/.exec((await list("limit=1")).body) ?? [];
    const odd = [
      "",
      "a",
      "=",
      "==",
      "%00",
      "%ff",
      "A".repeat(7_900),
      `${cursor}%00`,
      `${cursor}%20`,
      `%20${cursor}`,
      cursor.toLowerCase(),
      cursor.toUpperCase(),
      [...cursor].reverse().join(""),
      cursor.replace(/-|_/g, "%2B"),
      `${cursor}==`,
      `${cursor.slice(0, 20)}...${cursor.slice(23)}`,
      enc('["0000100001"]'),
      "null",
      "__proto__",
    ];
    for (const one of odd.filter((value) => value !== cursor)) {
      const { status, code, where } = refusal(await list(`limit=1&cursor=${one}`));
      expect([status, where], one.slice(0, 60)).toEqual([400, "cursor"]);
      expect(["invalid-cursor", "invalid-parameter"]).toContain(code);
    }
    for (let at = 0; at < cursor.length; at += 5) {
      const changed = cursor.slice(0, at) + (cursor[at] === "x" ? "y" : "x") + cursor.slice(at + 1);
      expect(refusal(await list(`limit=1&cursor=${changed}`)), String(at)).toEqual({ status: 400, code: "invalid-cursor", where: "cursor" });
    }
  });
});
