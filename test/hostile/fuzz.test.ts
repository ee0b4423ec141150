/** Anything at all in target and headers: never 5xx, never a hang, always JSON or a well-formed problem document. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { problemKinds } from "#lib/problems.ts";
import { isRow } from "#testing/public-values.ts";
import type { RawAnswer } from "../support/raw-http.ts";
import { hostileTarget } from "./target.ts";

const target = hostileTarget();

function wellFormed({ status, headers, body }: RawAnswer): void {
  expect(status, body.slice(0, 300)).toBeGreaterThanOrEqual(200);
  expect(status, body.slice(0, 300)).toBeLessThan(500);
  const parsed: unknown = JSON.parse(body);
  if (status === 200) {
    expect(headers.get("content-type")).toBe("application/json");
    return;
  }
  expect(headers.get("content-type")).toBe("application/problem+json");
  const code = isRow(parsed) ? String(parsed["code"]) : "";
  expect(Object.entries(problemKinds).find(([name]) => name === code)?.[1].status).toBe(status);
}

const word = fc.constantFrom(
  "orders",
  "products",
  "prices",
  "stock",
  "customers",
  "invoices",
  "payments",
  "status",
  "placed_at",
  "total.amount",
  "reference",
  "customer_id",
  "id",
  "limit",
  "sort",
  "fields",
  "expand",
  "cursor",
  "lines",
  "gte",
  "lt",
  "eq",
  "__proto__",
  "constructor",
  "0000100001",
  "C0000001",
  "LIST~!~A-10001~0~0",
  "2026-01-31",
  "shipped",
  "-placed_at",
  "EUR",
  "12.50",
  "true",
);
const sign = fc.constantFrom(
  "/",
  "?",
  "&",
  "=",
  "[",
  "]",
  ",",
  ".",
  "-",
  "~",
  "!",
  "%",
  "%2e",
  "%2F",
  "%00",
  "%ff",
  "%c0%af",
  "%0a",
  "%5B",
  "%5D",
  "+",
  ";",
  ":",
  "@",
  "#",
  "\\",
  "'",
  '"',
  "|",
  "*",
  "(",
  ")",
  " ",
  "\t",
  "\x7f",
  "é",
);
const piece = fc.oneof({ weight: 5, arbitrary: word }, { weight: 5, arbitrary: sign }, { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: "binary" }) });
const rest = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(""));
const latin1 = (text: string): string => text.replace(/[^\x00-\xff]/g, "?").replace(/[\r\n]/g, "");

test("any target", { timeout: 60_000 }, async () => {
  const prefix = fc.constantFrom("/v1/", "/v1/orders?", "/v1/orders/", "/v1/stock?", "/v1/invoices?sort=", "/v1/payments?");
  await fc.assert(
    fc.asyncProperty(prefix, rest, async (start, end) => {
      wellFormed(await target().get(latin1(start + end)));
    }),
    { numRuns: 400, endOnFailure: true, includeErrorInReport: true },
  );
});

test("any well-formed query of known parameters with any values", { timeout: 60_000 }, async () => {
  const names = [
    "status",
    "customer_id",
    "reference",
    "placed_at",
    "placed_at[gte]",
    "requested_on[lt]",
    "channel",
    "total.amount",
    "total.amount[gt]",
    "ship_to.country",
    "sort",
    "expand",
    "fields",
    "limit",
    "cursor",
  ];
  const value = fc.oneof(
    fc.string({ maxLength: 30, unit: "binary" }),
    fc.string({ maxLength: 30, unit: "grapheme" }),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    word,
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }), async (query) => {
      const encoded = Object.entries(query)
        .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text.isWellFormed() ? text : "x")}`)
        .join("&");
      wellFormed(await target().get(`/v1/orders?${encoded}`));
    }),
    { numRuns: 400, endOnFailure: true, includeErrorInReport: true },
  );
});

test("any header", { timeout: 60_000 }, async () => {
  const name = fc.oneof(
    fc.constantFrom(
      "Authorization",
      "Api-Version",
      "If-None-Match",
      "Accept",
      "Host",
      "Content-Type",
      "Content-Length",
      "Transfer-Encoding",
      "Range",
      "Cookie",
      "X-Forwarded-For",
      "Expect",
      "TE",
      "Content-Encoding",
      "Idempotency-Key",
      "If-Match",
    ),
    fc.string({ maxLength: 10 }),
  );
  const value = fc.oneof(rest, fc.string({ maxLength: 40, unit: "binary" }));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }), async (headers) => {
      const answer = await target().get("/v1/orders?limit=1&fields=id", ...headers.map(([one, text]) => latin1(`${one}: ${text}`)));
      wellFormed(answer);
    }),
    { numRuns: 400, endOnFailure: true, includeErrorInReport: true },
  );
});

test("any bytes", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const answer = await target().raw(Buffer.concat([Buffer.from("G"), bytes, Buffer.from("\r\n\r\n\r\n")]));
      expect([0, 400, 431]).toContain(answer.status);
    }),
    { numRuns: 200, endOnFailure: true, includeErrorInReport: true },
  );
});
