/** The JSON writer says exactly what parsing with Zod and then serialising would. */

import fc from "fast-check";
import { wire, z } from "sluice";
import { describe, expect, it } from "vitest";
import { jsonWriter } from "#contract/json-writer.ts";

const leaf = {
  text: z.string(),
  id: wire.id(),
  code: z.enum(["open", "shipped"]),
  amount: wire.decimal(),
  day: wire.date(),
  at: wire.dateTime(),
  offset: z.iso.datetime({ offset: true }),
  count: z.int(),
  positive: z.int().min(1),
  number: z.number(),
  flag: z.boolean(),
  fixed: z.literal("x"),
  trimmed: z.string().trim(),
  refined: z.string().refine((value) => value !== "no"),
  union: z.union([z.string(), z.int()]),
};

const schemas = {
  ...leaf,
  nullable: wire.date().nullable(),
  optional: z.object({ a: z.string().optional(), b: z.string().nullable().optional(), c: z.int() }),
  defaulted: z.object({ a: z.string().default("d") }),
  strict: wire.money(),
  loose: z.looseObject({ a: z.string() }),
  list: z.array(z.object(leaf)),
  short: z.array(z.int()).max(2),
  record: z.record(z.string(), z.int()),
  order: z.object({ id: wire.id(), total: wire.money().nullable(), lines: z.array(z.object({ sku: z.string(), quantity: wire.decimal() })) }),
};

/** What is likely to fit, what nearly fits, and anything at all. */
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom(
    "",
    "open",
    "x",
    " x ",
    "no",
    "2026-02-29",
    "2024-02-29",
    "2026-01-31",
    "0000-01-01",
    "12.50",
    "-0",
    "1e3",
    "EUR",
    '"',
    "\\",
    "\n",
    "\ud800",
    "😀",
    "\u2028",
  ),
  fc.constantFrom(
    "2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00.123Z",
    "2026-01-31T24:00:00Z",
    "2026-02-30T09:30:00Z",
    "2026-01-31T09:30Z",
    "2026-01-31T09:30:00+01:00",
  ),
);
const money = fc.record({ amount: text, currency: text, more: text }, { requiredKeys: ["amount", "currency"] });
const line = fc.record({ sku: text, quantity: text, secret: text }, { requiredKeys: ["sku", "quantity"] });
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined));
const value: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  money,
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ a: scalar, b: scalar, c: fc.integer(), id: text, total: fc.option(money), lines: fc.array(line, { maxLength: 2 }) }, { requiredKeys: [] }),
  fc.array(fc.record(Object.fromEntries(Object.keys(leaf).map((name) => [name, scalar]))), { maxLength: 2 }),
);

/** The order of an object's members says nothing. */
function plain(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}

function byZod(schema: z.ZodType, input: unknown): string | undefined {
  const parsed = schema.safeParse(input);
  return parsed.success ? JSON.stringify(parsed.data) : undefined;
}

describe.each(Object.entries(schemas))("%s", (_, schema) => {
  it("is written as Zod and JSON.stringify would, or refused as Zod would", () => {
    const write = jsonWriter(schema);
    fc.assert(
      fc.property(value, (input) => {
        expect(plain(write(input))).toEqual(plain(byZod(schema, input)));
        expect(plain(write(input))).toEqual(plain(byZod(schema, input))); // once more, from what it remembers
      }),
      { numRuns: 500 },
    );
  });
});

it("writes records of a resource, cut to the schema", () => {
  const order = { id: "1", total: { amount: "12.50", currency: "EUR" }, lines: [{ sku: "A", quantity: "1.000", secret: "S" }], margin: "9" };
  expect(jsonWriter(schemas.order)(order)).toBe('{"id":"1","total":{"amount":"12.50","currency":"EUR"},"lines":[{"sku":"A","quantity":"1.000"}]}');
  expect(jsonWriter(schemas.order)({ ...order, total: { ...order.total, more: 1 } })).toBeUndefined();
});
