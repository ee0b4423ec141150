/** Decimals are exact: everything agrees with integer arithmetic. */

import fc from "fast-check";
import { code, decimal, flag, integer, text } from "sluice";
import { expect, test } from "vitest";
import type { AnyConversion, Bound } from "#erp/binding/conversion.ts";
import { round, shift } from "#erp/binding/conversions/decimal-text.ts";
import { read } from "../support/convert.ts";
import { compareDecimals, units } from "../support/decimals.ts";

const big = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const places = fc.integer({ min: 0, max: 12 });
const decimalText = fc.tuple(big, places).map(([value, scale]) => shift(String(value), -scale));

test("shifting the point and back changes nothing", () => {
  fc.assert(
    fc.property(big, fc.integer({ min: -40, max: 40 }), (value, by) => {
      expect(compareDecimals(shift(shift(String(value), by), -by), String(value))).toBe(0);
    }),
  );
});

test("implied decimals are the stored integer divided by a power of ten", () => {
  fc.assert(
    fc.property(big, places, (value, scale) => {
      const out = String(read(decimal("C", { scale }), String(value)));
      expect(out).toMatch(scale === 0 ? /^-?(0|[1-9]\d*)$/ : new RegExp(`^-?(0|[1-9]\\d*)\\.\\d{${scale}}$`));
      expect(units(out, scale)).toBe(value);
    }),
  );
});

test("a small integer reads as the same digits whether the driver sends a number or a text", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), places, (value, scale) => {
      expect(read(decimal("C", { scale }), value)).toBe(read(decimal("C", { scale }), String(value)));
    }),
  );
});

test("rounding is half away from zero", () => {
  fc.assert(
    fc.property(big, places, fc.integer({ min: 0, max: 6 }), (value, scale, to) => {
      const rounded = round(shift(String(value), -scale), to);
      const factor = 10n ** BigInt(scale);
      const scaled = (value < 0n ? -value : value) * 10n ** BigInt(to);
      const expected = (2n * scaled + factor) / (2n * factor);
      expect(units(rounded, to)).toBe(value < 0n ? -expected : expected);
      expect(rounded).not.toMatch(/^-[0.]*$/);
    }),
  );
});

function within(bound: Bound | "none" | "all", stored: string): boolean {
  if (typeof bound === "string") return bound === "all";
  const order = compareDecimals(stored, String(bound.values[0]));
  return bound.operator === "gt" ? order > 0 : bound.operator === "gte" ? order >= 0 : bound.operator === "lt" ? order < 0 : order <= 0;
}

function matches(conversion: AnyConversion, operator: "eq" | "gt" | "gte" | "lt" | "lte", stored: string, value: string): boolean {
  const { inverse } = conversion;
  if (operator !== "eq") return within(inverse?.range?.(operator, value) ?? "none", stored);
  const bounds = inverse?.within?.(value);
  if (bounds === undefined) return inverse?.equal(value).some(([one]) => compareDecimals(String(one), stored) === 0) ?? false;
  return bounds !== "none" && bounds.every((bound) => within(bound, stored));
}

const operators = fc.constantFrom("eq" as const, "gt" as const, "gte" as const, "lt" as const, "lte" as const);
/** Small numbers, and those half-way between two roundings. */
const near = fc.oneof(
  fc.integer({ min: -3000, max: 3000 }).map((value) => shift(String(value), -3)),
  fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 2 })).map(([value, by]) => shift(String(value * 5), -by)),
);

test.each([
  ["as stored", decimal("C")],
  ["with implied decimals", decimal("C", { scale: 2 })],
  ["rounded", decimal("C", { places: 1 })],
  ["rounded to whole numbers", decimal("C", { places: 0 })],
  ["rounded and with implied decimals", decimal("C", { scale: 2, places: 1 })],
])("conditions on a number %s say of stored values what a comparison of public values says", (_what, conversion) => {
  fc.assert(
    fc.property(operators, fc.oneof(near, decimalText), fc.oneof(near, decimalText), fc.boolean(), (operator, stored, given, own) => {
      const shown = String(read(conversion, stored));
      const value = own ? shown : given;
      const order = compareDecimals(shown, value);
      const expected =
        operator === "eq" ? order === 0 : operator === "gt" ? order > 0 : operator === "gte" ? order >= 0 : operator === "lt" ? order < 0 : order <= 0;
      expect(matches(conversion, operator, stored, value)).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});

test("what reads as null is found by no value", () => {
  expect(integer("C", { nullWhen: [0] }).inverse?.equal("0")).toEqual([]);
  expect(decimal("C", { scale: 2, nullWhen: [99999] }).inverse?.equal("999.99")).toEqual([]);
  expect(text("C", { nullWhen: ["-"] }).inverse?.equal("-")).toEqual([]);
});

test("every column value that the inverse names reads as the value asked for", () => {
  const known = code("C", { A: "open", B: "closed", C: "open", "": "none" }, { nullAs: "none" });
  for (const word of ["open", "closed", "none"]) for (const row of known.inverse?.equal(word) ?? []) expect(read(known, ...row)).toBe(word);
  expect(known.inverse?.equal("none")).toEqual([[""], [null]]);
  expect(known.inverse?.equal("gone")).toEqual([]);
  for (const conversion of [flag("C"), flag("C", { true: ["X", 1], false: ["", null] })]) {
    for (const value of ["true", "false"]) for (const row of conversion.inverse?.equal(value) ?? []) expect(String(read(conversion, ...row))).toBe(value);
  }
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.nat(20), (value, pad) => {
      const conversion = text("C", { pad });
      const rows = conversion.inverse?.equal(value) ?? [];
      expect(rows).toHaveLength(value.endsWith(" ") ? 0 : 1);
      for (const row of rows) expect(read(conversion, ...row)).toBe(value);
    }),
  );
});
