/** Query parameters that try to be more than values: refused by name, or compared as the values they are. */
import { describe, expect, test } from "vitest";
import { hostileTarget, refusal } from "./target.ts";

const target = hostileTarget();
const list = (query: string) => target().get(`/v1/orders?${query}`);
const enc = encodeURIComponent;
const nothing = '{"data":[],"next_cursor":null}';

const injections = [
  "'",
  "''",
  "' OR '1'='1",
  '1; DROP TABLE "OEHDR"; --',
  "\\'",
  "$1",
  "${7*7}",
  "{{7*7}}",
  "%27%20OR%201=1",
  '" OR ""="',
  '\') UNION SELECT "XSECRT" FROM "OEHDR" --',
  "pg_sleep(5)",
  "1 AND (SELECT 1 FROM pg_sleep(5))::int=1",
  "/*",
  "--",
  "#",
  "|| 'x'",
  "CHR(65)",
  "E'\\x41'",
  "$$x$$",
  '{"$gt":""}',
  "[]",
  "(1,2)",
  "null",
  "NULL",
  "undefined",
  "true",
  "0x41",
];

describe("SQL and other languages", () => {
  test("in a text filter are text that no row has, and take no longer", async () => {
    for (const value of injections) {
      const answer = await list(`reference=${enc(value)}`);
      expect([answer.status, answer.body], value).toEqual([200, nothing]);
      expect(answer.ms, value).toBeLessThan(4_000);
      expect((await list(`customer_id=${enc(value)}`)).body, value).toBe(nothing);
      expect((await list(`ship_to.country=${enc(value)}`)).body, value).toBe(nothing);
    }
  });

  test("in every parameter with a form of its own are 400 naming it", async () => {
    for (const value of injections) {
      for (const parameter of [
        "status",
        "placed_at",
        "placed_at[gte]",
        "requested_on[lt]",
        "total.amount",
        "total.amount[gt]",
        "channel",
        "sort",
        "fields",
        "expand",
        "limit",
      ]) {
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), `${parameter}=${value}`).toEqual({
          status: 400,
          code: "invalid-parameter",
          where: parameter,
        });
      }
      expect(refusal(await list(`cursor=${enc(value)}`)), value).toEqual({ status: 400, code: "invalid-cursor", where: "cursor" });
    }
  });

  test("as a parameter's name are 400 naming it", async () => {
    for (const name of [
      ...injections,
      "status[$ne]",
      "status[]",
      "status[0]",
      "status[eq][eq]",
      "status.__proto__",
      "placed_at[gte",
      "placed_at]gte[",
      "placed_at[[gte]]",
      "a[b][c][d][e][f]",
      `a${"[b]".repeat(500)}`,
      "__proto__",
      "__proto__[x]",
      "constructor",
      "constructor[prototype]",
      "toString",
      "ship_to",
      "lines",
      "lines.product_id",
      "total",
      "ORDNO",
      "t.ORDNO",
      "XSECRT",
      "margin.amount",
      "id[gt]",
      "Status",
      " status",
      "status ",
      "ѕtatus",
      "limit ",
      "\u202elimit",
    ]) {
      const { where, ...rest } = refusal(await list(`${enc(name)}=1`));
      expect(rest.status, name).toBe(400);
      expect(["unknown-parameter", "invalid-parameter"], name).toContain(rest.code);
      expect(where, name).toBe(name.slice(0, 100));
    }
  });
});

describe("numbers and dates", () => {
  test("that are none are 400 naming the parameter", async () => {
    const numbers = [
      "NaN",
      "Infinity",
      "-Infinity",
      "infinity",
      "1e999",
      "1e5",
      "0x10",
      "1_000",
      "1,5.",
      "٣",
      "１２",
      "",
      " ",
      "+1",
      ".5",
      "5.",
      "--1",
      "1.2.3",
      "9".repeat(31),
      `0.${"1".repeat(13)}`,
      "9".repeat(5_000),
      "1n",
      "-",
      "€1",
    ];
    for (const value of numbers) {
      for (const parameter of ["total.amount", "total.amount[gte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), value).toEqual({ status: 400, code: "invalid-parameter", where: parameter });
    }
    const dates = [
      "2026-02-30",
      "2026-02-29",
      "2025-13-01",
      "2026-00-10",
      "2026-01-00",
      "0000-01-01",
      "0001-01-01",
      "10000-01-01",
      "275760-09-13",
      "+275760-09-13",
      "99999-01-01",
      "-000001-01-01",
      "20260101",
      "2026-1-1",
      "01/02/2026",
      "yesterday",
      "now",
      "infinity",
      "epoch",
      "2026-01-01 ",
      "٢٠٢٦-01-01",
      "0",
      "-1",
      "1e3",
      "NaN",
      "2026-W01-1",
      "2026-001",
    ];
    for (const value of dates) {
      for (const parameter of ["requested_on", "requested_on[gt]", "placed_at", "placed_at[lte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), `${parameter}=${value}`).toEqual({
          status: 400,
          code: "invalid-parameter",
          where: parameter,
        });
    }
    const instants = [
      "2026-01-01T24:00:00Z",
      "2026-01-01T25:00:00Z",
      "2026-01-01T12:60:00Z",
      "2026-01-01T12:00:61Z",
      "2026-01-01T12:00:00",
      "2026-01-01T12:00Z",
      "2026-01-01 12:00:00Z",
      "2026-01-01T12:00:00+99:99",
      "2026-02-30T00:00:00Z",
      "2026-01-01T12:00:00.1234567890Z",
      "2026-01-01T12:00:00 01:00",
      "9999-12-31T23:59:59-23:59",
      "0999-12-31T23:59:59Z",
    ];
    for (const value of instants) {
      for (const parameter of ["placed_at", "placed_at[gte]"])
        expect(refusal(await list(`${enc(parameter)}=${enc(value)}`)), value).toEqual({ status: 400, code: "invalid-parameter", where: parameter });
    }
  });

  test("at the edges of what can be said are compared, whatever the ERP's column can hold", async () => {
    const { get } = target();
    const all = JSON.stringify((await get("/v1/orders?limit=200&fields=id")).body);
    const everything = [
      "total.amount[gte]=-999999999999999999999999999999",
      "total.amount[lt]=999999999999999999999999999999.999999999999",
      "placed_at[gte]=1000-01-01",
      "placed_at[lt]=9999-12-31T23:59:59Z",
      "placed_at[gt]=1000-01-01T00:00:00Z",
      "total.amount[gt]=-0.000000000001",
    ];
    for (const query of everything)
      expect(JSON.stringify((await list(`limit=200&fields=id&${query.replace("[", "%5B").replace("]", "%5D")}`)).body), query).toBe(all);
    const none = [
      "total.amount[gt]=999999999999999999999999999999",
      "total.amount=999999999999999999999999999999",
      "total.amount=0.000000000001",
      "placed_at[lt]=1000-01-01",
      "placed_at[gt]=9999-12-31",
      "requested_on=9999-12-31",
      "requested_on[lt]=1000-01-01",
      "total.amount=-9223372036854775809",
    ];
    for (const query of none) expect((await list(query.replace("[", "%5B").replace("]", "%5D"))).body, query).toBe(nothing);
  });

  test("zero has no sign", async () => {
    const { get } = target();
    const payments = (query: string) => get(`/v1/stock?limit=200&fields=id&${query}`);
    const plain = await payments("available=0");
    expect(plain.status).toBe(200);
    for (const zero of ["-0", "0.000", "-0.0", "00", "000000.0"]) expect((await payments(`available=${zero}`)).body, zero).toBe(plain.body);
    const above = (await payments("available%5Bgt%5D=0")).body;
    expect((await payments("available%5Bgt%5D=-0")).body.slice(0, 200)).toBe(above.slice(0, 200));
  });
});

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
