/** What conversions say of the values they yield holds for whatever the columns hold; the check of answers builds on it. */

import fc from "fast-check";
import { code, date, dateTime, decimal, group, integer, julianDate, money, ref, text, wire, z } from "sluice";
import { describe, expect, it } from "vitest";
import type { Known } from "#contract/certain.ts";
import { jsonWriter } from "#contract/json-writer.ts";
import type { AnyConversion } from "#erp/binding/conversion.ts";

const conversions: Readonly<Record<string, AnyConversion>> = {
  decimal: decimal("A"),
  "decimal with a scale": decimal("A", { scale: 3 }),
  "decimal with a negative scale": decimal("A", { scale: -2 }),
  "decimal with places": decimal("A", { places: 2 }),
  "decimal with both": decimal("A", { scale: 4, places: 1, nullWhen: [0] }),
  money: money("A", "B", { scale: 2 }),
  "money in one currency": money("A", { currency: "EUR" }, { places: 2 }),
  date: date("A", { nullWhen: [0] }),
  "date with a century": date("A", { as: "cyymmdd" }),
  "native date": date("A", { as: "native" }),
  julianDate: julianDate("A"),
  "julianDate with a year": julianDate("A", { as: "yyyyddd" }),
  "dateTime of two columns": dateTime("A", "B", { zone: "Pacific/Apia" }),
  "dateTime of one column": dateTime("A", { zone: "America/New_York" }),
  integer: integer("A"),
  text: text("A"),
  "text with blanks that are nothing": text("A", { nullWhen: ["", "EUR"] }),
  code: code("A", { "1": "one" }),
  "code with a word for NULL": code("A", { "1": "one", "7": "seven" }, { nullAs: "none" }),
  ref: ref("orders", "A"),
  "ref of two columns": ref("orders", ["A", "B"]),
  group: group({ amount: decimal("A", { scale: 2 }), day: date("B"), name: text("C") }),
};

/** Columns as drivers write them, and as no driver should. */
const digits = fc.stringMatching(/^-?\d{1,30}(?:\.\d{0,12})?$/);
const raw = fc.oneof(
  fc.constantFrom(
    null,
    "",
    "  ",
    "0",
    "-0",
    "-0.00",
    "007",
    "NaN",
    "Infinity",
    "1e-7",
    "1e21",
    "0000-00-00",
    "9999-12-31 23:59:59",
    "0001-01-01",
    "EUR",
    "e u",
    true,
  ),
  fc.integer(),
  fc.double(),
  fc.integer({ min: 19000101, max: 99991231 }),
  fc.integer({ min: 0, max: 240000 }),
  fc.integer({ min: 0, max: 2_000_000 }),
  digits,
  fc.date({ noInvalidDate: true }).map((moment) => moment.toISOString().replace("T", " ").slice(0, -1)),
  fc.string({ maxLength: 8 }),
);

/** Schemas that take all values of a kind. */
function widest(known: Known): z.ZodType {
  switch (known.kind) {
    case "decimal":
      return z.string().regex(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/);
    case "date":
      return wire.date();
    case "date-time":
      return wire.dateTime();
    case "text":
      return z.string();
    case "choice":
      return z.enum(known.values);
    case "integer":
      return z.int();
    case "object":
      return z.strictObject(
        Object.fromEntries(Object.entries(known.members).map(([name, member]) => [name, member ? widest(member).nullable() : z.unknown()])),
      );
    default:
      throw new Error(`no conversion is known to yield ${known.kind}`);
  }
}

const yielding = Object.entries(conversions).filter(([, { yields }]) => yields !== undefined);

it("most conversions say what they yield", () => expect(yielding.length).toBeGreaterThan(12));

describe.each(yielding)("%s", (_, conversion) => {
  it("yields what it says, or nothing", () => {
    const { yields, columns } = conversion;
    if (yields === undefined) throw new Error("says nothing");
    const schema = widest(yields);
    fc.assert(
      fc.property(fc.array(raw, { minLength: columns.length, maxLength: columns.length }), (row) => {
        const value = conversion.read(row, 0, () => undefined) ?? null;
        if (value !== null) expect(schema.safeParse(value).error?.issues).toBeUndefined();
      }),
      { numRuns: 3000 },
    );
  });

  it("is written as Zod would, though less of it is checked", () => {
    const schemas = [
      wire.decimal(),
      wire.date(),
      wire.dateTime(),
      wire.date().nullable(),
      wire.money(),
      z.string(),
      z.string().max(4),
      z.int(),
      z.int().min(5),
      z.enum(["one", "seven", "none"]),
      z.enum(["seven"]),
      z.object({ day: wire.date() }),
    ];
    const { yields } = conversion;
    const writers = schemas.map((schema) => ({
      schema,
      write: jsonWriter(schema, yields),
      // As it is known of a page on which the reader met no null.
      writePresent: jsonWriter(schema, yields && { ...yields, present: true }),
    }));
    fc.assert(
      fc.property(fc.array(raw, { minLength: conversion.columns.length, maxLength: conversion.columns.length }), (row) => {
        const value = conversion.read(row, 0, () => undefined) ?? null;
        for (const { schema, write, writePresent } of writers) {
          const parsed = schema.safeParse(value);
          expect(write(value)).toBe(parsed.success ? JSON.stringify(parsed.data) : undefined);
          if (value !== null) expect(writePresent(value)).toBe(write(value));
        }
      }),
      { numRuns: 500 },
    );
  });
});
