/** Query strings and filter values: what is accepted, and what is refused by name. */

import fc from "fast-check";
import { defineContract, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import type { ValueKind } from "#contract/model.ts";
import { Problem } from "#lib/problems.ts";
import { filterValue } from "#pipeline/filter-value.ts";
import { parseList } from "#pipeline/parse-list.ts";
import { parseQuery } from "#pipeline/query-string.ts";

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a query string", () => {
  test("is read parameter by parameter, percent-encoding and plus signs decoded", () => {
    expect([...parseQuery("a=1&b%5Bgte%5D=x%20y+z&c&=e&&f=%3D%26%C3%BC")]).toEqual([
      ["a", "1"],
      ["b[gte]", "x y z"],
      ["c", ""],
      ["", "e"],
      ["f", "=&ü"],
    ]);
  });

  test("comes back as it was encoded", () => {
    const text = fc.string({ unit: "binary" }).filter((one) => one.isWellFormed() && !one.includes("\u0000"));
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.tuple(
            text.filter((name) => name !== ""),
            text,
          ),
          { maxLength: 10, selector: ([name]) => name },
        ),
        (pairs) => {
          const query = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
          expect([...parseQuery(query)]).toEqual(pairs);
        },
      ),
    );
  });

  test.each([
    ["a repeated parameter", "status=open&status=closed", "status", "repeated"],
    ["a parameter repeated in another spelling", "status=open&%73tatus=open", "status", "repeated"],
    ["a lone percent sign", "status=%", "status", "malformed"],
    ["bytes that are not UTF-8", "status=%FF", "status", "malformed"],
    ["an overlong encoding", "status=%C0%80", "status", "malformed"],
    ["an encoded surrogate", "status=%ED%A0%80", "status", "malformed"],
    ["NUL", "status=a%00b", "status", "malformed"],
    ["a malformed name", "%E0%A4%A=1", "?", "malformed"],
  ])("is refused for %s", (_what, query, parameter, code) => {
    expect(problemOf(() => parseQuery(query))).toMatchObject({ code: "invalid-parameter", status: 400, errors: [{ parameter, code }] });
  });

  test("is refused with more than 50 parameters", () => {
    const many = (count: number): string => Array.from({ length: count }, (_, at) => `p${at}=1`).join("&");
    expect(parseQuery(many(50)).size).toBe(50);
    expect(problemOf(() => parseQuery(many(51))).code).toBe("invalid-parameter");
  });
});

const accepted: readonly (readonly [ValueKind["kind"], string, string])[] = [
  ["integer", "007", "7"],
  ["integer", "-0", "0"],
  ["integer", "-999999999999999", "-999999999999999"],
  ["decimal", "12.50", "12.50"],
  ["decimal", "-0.000000000001", "-0.000000000001"],
  ["boolean", "true", "true"],
  ["date", "2024-02-29", "2024-02-29"],
  ["date", "1000-01-01", "1000-01-01"],
  ["date", "9999-12-31", "9999-12-31"],
  ["date-time", "2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000Z"],
  ["date-time", "2026-01-31t09:30:00.1z", "2026-01-31T09:30:00.100Z"],
  ["date-time", "2026-01-31", "2026-01-31T00:00:00.000Z"],
  ["text", "a", "a"],
  ["text", "x".repeat(200), "x".repeat(200)],
  ["choice", "open", "open"],
];

const refused: readonly (readonly [ValueKind["kind"], string])[] = [
  ["integer", ""],
  ["integer", "1.0"],
  ["integer", "1e3"],
  ["integer", "+1"],
  ["integer", " 1"],
  ["integer", "1234567890123456"],
  ["integer", "٣"],
  ["decimal", ""],
  ["decimal", "NaN"],
  ["decimal", "Infinity"],
  ["decimal", "1e5"],
  ["decimal", ".5"],
  ["decimal", "1."],
  ["decimal", "1,5"],
  ["decimal", "1".repeat(31)],
  ["decimal", `0.${"1".repeat(13)}`],
  ["decimal", "--1"],
  ["boolean", "TRUE"],
  ["boolean", "1"],
  ["boolean", ""],
  ["date", "2026-02-30"],
  ["date", "2025-02-29"],
  ["date", "0999-12-31"],
  ["date", "10000-01-01"],
  ["date", "2026-1-1"],
  ["date", "2026-01-31T00:00:00Z"],
  ["date", "275760-09-13"],
  ["date", "infinity"],
  ["date-time", "2026-01-31T09:30:00"],
  ["date-time", "2026-02-30T09:30:00Z"],
  ["date-time", "2026-01-31T24:00:00Z"],
  ["date-time", "2026-01-31T23:59:60Z"],
  ["date-time", "2026-01-31T09:30:00+99:00"],
  ["date-time", "9999-12-31T23:59:59-01:00"],
  ["date-time", "1000-01-01T00:00:00+01:00"],
  ["date-time", "2026-01-31T09:30:00 01:00"],
  ["date-time", "now"],
  ["text", ""],
  ["text", "x".repeat(201)],
  ["choice", "Open"],
  ["choice", ""],
  ["choice", "__proto__"],
];

const kindOf = (kind: ValueKind["kind"]): ValueKind => (kind === "choice" ? { kind, values: ["open", "closed"] } : { kind });

test.each(accepted)("a %s filter takes %j", (kind, given, value) => expect(filterValue(kindOf(kind), given)).toEqual({ value }));
test.each(refused)("a %s filter refuses %j and says what it takes", (kind, given) =>
  expect(filterValue(kindOf(kind), given)).toEqual({ expected: expect.any(String) }),
);

const contract = defineContract({
  name: "orders",
  singular: "order",
  team: "t",
  summary: "s",
  model: z.object({
    id: wire.id(),
    status: z.enum(["open", "closed"]),
    note: z.string(),
    placed_on: wire.date(),
    total: wire.money(),
    margin: wire.money(),
    lines: z.array(z.object({ sku: z.string() })),
  }),
  reads: {
    list: {
      scope: "orders:read",
      filter: ["status", "note", "placed_on", "total.amount", "margin.amount"],
      sort: ["placed_on", "margin.amount"],
      expand: ["lines"],
    },
  },
  hide: { margin: "orders.margin:read" },
});
const visible = ["id", "status", "note", "placed_on", "total", "lines"];
const parse = (query: string, fields: readonly string[] = visible) => parseList(contract, parseQuery(query), fields);

describe("a list's parameters", () => {
  test("become filters, sort, limit and fields", () => {
    expect(
      parse("status=open,closed,open&placed_on[gte]=2026-01-01&placed_on[lt]=2026-02-01&total.amount[gt]=5&sort=-placed_on&limit=7&fields=status").query,
    ).toEqual({
      filters: [
        { path: "status", operator: "eq", values: ["open", "closed"] },
        { path: "placed_on", operator: "gte", values: ["2026-01-01"] },
        { path: "placed_on", operator: "lt", values: ["2026-02-01"] },
        { path: "total.amount", operator: "gt", values: ["5"] },
      ],
      sort: [{ path: "placed_on", descending: true }],
      limit: 7,
      fields: ["id", "status"],
    });
  });

  test("child rows are read only when asked for", () => {
    expect(parse("").query.fields).toEqual(["id", "status", "note", "placed_on", "total"]);
    expect(parse("expand=lines").query.fields).toEqual(visible);
    expect(parse("fields=lines").query.fields).toEqual(["id", "lines"]);
  });

  test("a backslash makes a comma part of a value", () =>
    expect(parse("note=a%5C%2Cb,c%5C%5Cd,e%5Cf").query.filters[0]?.values).toEqual(["a,b", "c\\d", "e\\f"]));

  test.each([
    ["an unknown parameter", "stat=open", "unknown-parameter", "stat", "status"],
    ["an operator that is no range", "placed_on[like]=2026-01-01", "invalid-parameter", "placed_on[like]", "[gte]"],
    ["eq written out", "placed_on[eq]=2026-01-01", "invalid-parameter", "placed_on[eq]", "none for equality"],
    ["a range on a choice", "status[gt]=open", "invalid-parameter", "status[gt]", "no operator"],
    ["a range of several values", "placed_on[gt]=2026-01-01,2026-01-02", "invalid-parameter", "placed_on[gt]", "YYYY-MM-DD"],
    ["a value outside the choice", "status=open,gone", "invalid-parameter", "status", "open, closed"],
    ["an unknown sort", "sort=note", "invalid-parameter", "sort", "placed_on"],
    ["a sort named twice", "sort=placed_on,-placed_on", "invalid-parameter", "sort", "each once"],
    ["an unknown field", "fields=id,cost", "invalid-parameter", "fields", "status"],
    ["an unknown expand", "expand=rows", "invalid-parameter", "expand", "lines"],
    ["a limit of zero", "limit=0", "invalid-parameter", "limit", "200"],
    ["a limit above the highest", "limit=201", "invalid-parameter", "limit", "200"],
    ["a limit in another spelling", "limit=1e2", "invalid-parameter", "limit", "200"],
    ["more than 100 values", `note=${Array.from({ length: 101 }, (_, at) => at).join(",")}`, "invalid-parameter", "note", "100"],
    ["a hidden filter", "margin.amount=1", "unknown-parameter", "margin.amount", "status"],
    ["a hidden field", "fields=margin", "invalid-parameter", "fields", "status"],
    ["a hidden sort", "sort=margin.amount", "invalid-parameter", "sort", "placed_on"],
    ["a prototype's name", "__proto__=1", "unknown-parameter", "__proto__", "status"],
  ])("are refused for %s", (_what, query, code, parameter, allowed) => {
    const problem = problemOf(() => parse(query));
    expect(problem).toMatchObject({ code, status: 400, errors: [{ parameter }] });
    expect(problem.errors[0]?.detail).toContain(allowed);
    expect(JSON.stringify(problem.errors)).not.toMatch(/margin(?!\.amount","code)/);
  });

  test("a cursor's fingerprint ignores limit, cursor and the order of parameters and values, and nothing else", () => {
    const of = (query: string): string => parse(query).fingerprint;
    const reference = of("status=open,closed&placed_on[gte]=2026-01-01&sort=placed_on");
    expect(of("limit=3&cursor=abc&sort=placed_on&placed_on[gte]=2026-01-01&status=closed,open")).toBe(reference);
    for (const other of [
      "status=open&placed_on[gte]=2026-01-01&sort=placed_on",
      "status=open,closed&placed_on[gt]=2026-01-01&sort=placed_on",
      "status=open,closed&placed_on[gte]=2026-01-02&sort=placed_on",
      "status=open,closed&placed_on[gte]=2026-01-01&sort=-placed_on",
      "status=open,closed&placed_on[gte]=2026-01-01",
      "status=open,closed&placed_on[gte]=2026-01-01&sort=placed_on&fields=id",
      "status=open,closed&placed_on[gte]=2026-01-01&sort=placed_on&expand=lines",
    ]) {
      expect(of(other), other).not.toBe(reference);
    }
    expect(of("note=a%5C%2Cb")).not.toBe(of("note=a,b"));
  });
});
