/** Headers of requests, conditional reads, and what is cut or refused before an answer leaves. */
import { defineContract, wire, z } from "sluice";
import { describe, expect, test } from "vitest";
import { DataInvalid, stripTo } from "#contract/strip.ts";
import { Problem } from "#lib/problems.ts";
import { checkRequest } from "#pipeline/check-request.ts";
import { entityTag, isUnchanged } from "#pipeline/conditional.ts";
import type { PartnerRequest } from "#pipeline/exchange.ts";

function problemOf(work: () => unknown): Problem | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return undefined;
}

const request = (...headers: readonly (readonly [string, string])[]): PartnerRequest => ({
  id: "r",
  method: "GET",
  path: "/v1/orders",
  query: "",
  headers,
  hasBody: false,
  body: async () => undefined,
});
const codeFor = (...headers: readonly (readonly [string, string])[]): string | undefined => problemOf(() => checkRequest(request(...headers), false))?.code;

describe("an Accept header", () => {
  test.each([
    "application/json",
    "*/*",
    "application/*",
    "APPLICATION/JSON",
    "text/html, */*;q=0.1",
    "application/json; q=1",
    "",
    "text/html,application/json;q=0.001",
    "*/*;q=0, application/json",
  ])("%j admits JSON", (value) => expect(codeFor(["accept", value])).toBeUndefined());
  test.each([
    "text/html",
    "application/xml, text/*",
    "application/json;q=0",
    "*/*;q=0",
    "application/json;q=0, */*",
    "application/*;q=0, */*;q=1",
    "application/problem+json",
    "application/json;q=no",
  ])("%j excludes JSON", (value) => expect(codeFor(["accept", value])).toBe("not-acceptable"));
});

describe("headers", () => {
  test.each(["authorization", "accept", "host", "if-none-match", "api-version", "idempotency-key", "content-type"])("%s may stand once only", (name) => {
    expect(problemOf(() => checkRequest(request([name, "*/*"], [name, "*/*"]), false))).toMatchObject({
      code: "bad-request-line",
      errors: [{ header: name, code: "repeated-header" }],
    });
  });
  test("others may be repeated", () => expect(codeFor(["x-forwarded-for", "a"], ["x-forwarded-for", "b"])).toBeUndefined());
  test.each(["x-http-method-override", "x-original-url"])("%s cannot make a request another one", (name) =>
    expect(codeFor([name, "DELETE"])).toBe("bad-request-line"),
  );
  test("control characters are refused", () => expect(codeFor(["api-version", "2026\u0001"])).toBe("bad-request-line"));
  test("a body and a long target are refused", () => {
    expect(problemOf(() => checkRequest({ ...request(), hasBody: true }, false))?.code).toBe("unexpected-body");
    expect(problemOf(() => checkRequest({ ...request(), query: "x".repeat(8192) }, false))?.code).toBe("uri-too-long");
  });
});

describe("If-None-Match", () => {
  const tag = entityTag("abc");
  test.each(['"abc"', 'W/"abc"', '"x", "abc"', '"x","abc" ', "*", ' "abc"'])("%j holds the representation", (value) =>
    expect(isUnchanged(value, tag)).toBe(true),
  );
  test.each(['"abd"', '""', '"abc2"', '"x", "y"', '"ab,c"', undefined])("%j does not", (value) => expect(isUnchanged(value, tag)).toBe(false));
  test.each(["abc", '"abc', "", '"a" "b"', '"a",', 'w/"abc"', '"a b"'])("%j is refused", (value) =>
    expect(problemOf(() => isUnchanged(value, tag))?.code).toBe("bad-request-line"),
  );
});

describe("what leaves", () => {
  const contract = defineContract({
    name: "orders",
    singular: "order",
    team: "t",
    summary: "s",
    model: z.object({
      id: wire.id(),
      total: wire.decimal(),
      ship_to: z.object({ city: z.string() }).nullable(),
      lines: z.array(z.object({ sku: z.string() })),
    }),
    reads: { get: { scope: "orders:read" } },
  });
  const strip = stripTo(contract, {});
  /** What a client reads of the items that leave. */
  const leaving = (...given: Parameters<typeof strip>): unknown => {
    const sent: unknown = strip(...given);
    return typeof sent === "string" ? JSON.parse(sent) : sent;
  };
  const good = { id: "1", total: "1.50", ship_to: { city: "Ulm" }, lines: [{ sku: "A" }] };

  test("unknown fields are cut on every level", () => {
    const wide = { ...good, XSECRT: "s", ship_to: { city: "Ulm", XSECRT: "s" }, lines: [{ sku: "A", XSECRT: "s" }] };
    expect(leaving([wide], ["id", "total", "ship_to", "lines"])).toEqual([good]);
  });

  test("only the selected fields leave", () => expect(leaving([good], ["id", "total"])).toEqual([{ id: "1", total: "1.50" }]));

  test.each([
    ["a float where a decimal string belongs", { ...good, total: 1.5 }, "total"],
    ["a decimal that is no number", { ...good, total: "NaN" }, "total"],
    ["null where the contract allows none", { ...good, lines: null }, "lines"],
    ["a missing field", { id: "1", ship_to: null, lines: [] }, "total"],
    ["a wrong child row", { ...good, lines: [{ sku: "A" }, { sku: null }] }, "lines.1.sku"],
  ])("%s stops the answer, which names no data", (_what, wrong, field) => {
    const problem = problemOf(() => strip([good, wrong], ["id", "total", "ship_to", "lines"]));
    expect(problem).toMatchObject({ code: "source-data-invalid", status: 500, errors: [] });
    expect(problem?.cause).toBeInstanceOf(DataInvalid);
    expect(problem?.cause).toMatchObject({ resource: "orders", id: "1", fields: [field] });
    expect(problem?.detail).not.toMatch(/total|lines|NaN/);
  });

  describe("that comes from conversions, told where nulls are,", () => {
    const sku = { kind: "text" } as const;
    const told = stripTo(contract, { total: { kind: "decimal" }, lines: { kind: "list", of: { kind: "object", members: { sku }, exact: true } } });
    const fields = ["id", "total", "ship_to", "lines"];

    test("leaves as it would otherwise", () => {
      for (const item of [good, { ...good, ship_to: null }, { ...good, lines: [] }]) {
        const nulls = new Set(item.ship_to === null ? ["ship_to"] : []);
        expect(told([item], fields, nulls)).toBe(strip([item], fields));
      }
    });

    test.each([
      ["a null where the contract allows none", { ...good, total: null }, "total", "total"],
      ["a null in a child row", { ...good, lines: [{ sku: "A" }, { sku: null }] }, "lines.sku", "lines.1.sku"],
    ])("%s stops the answer", (_what, wrong, told_, field) => {
      const problem = problemOf(() => told([good, wrong], fields, new Set(["ship_to", told_])));
      expect(problem?.cause).toMatchObject({ fields: [field] });
    });

    test("what conversions are not certain of is looked at all the same", () => {
      expect(problemOf(() => told([{ ...good, ship_to: { city: 7 } }], fields, new Set()))?.cause).toMatchObject({ fields: ["ship_to.city"] });
      expect(problemOf(() => told([{ ...good, id: "" }], fields, new Set()))?.cause).toMatchObject({ fields: ["id"] });
    });
  });
});
