/** SQL and other languages in every parameter: text that no row has, or a refusal by name. */
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
