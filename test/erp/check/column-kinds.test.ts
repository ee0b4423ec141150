/** What conversions say of the columns they can read is what they read, value by value as drivers give them. */
import { bits, code, date, dateTime, decimal, flag, group, integer, julianDate, money, ref, refInText, refOneOf, text } from "sluice";
import { describe, expect, it } from "vitest";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import { anyKind, kindsOf } from "#erp/binding/conversions/column-kinds.ts";
import type { ColumnType } from "#erp/dialects/dialect.ts";
import { convert } from "../support/convert.ts";

/** `likely`: a value that fits as far as its type lets it. */
interface Case {
  readonly conversion: AnyConversion;
  readonly likely: string;
}

const cases: Readonly<Record<string, Case>> = {
  text: { conversion: text("A"), likely: "5" },
  "text of bytes": { conversion: text("A", { encoding: "utf-8" }), likely: "5" },
  code: { conversion: code("A", { "5": "five", true: "yes" }), likely: "5" },
  flag: { conversion: flag("A"), likely: "1" },
  integer: { conversion: integer("A"), likely: "5" },
  decimal: { conversion: decimal("A", { places: 2 }), likely: "5" },
  date: { conversion: date("A"), likely: "20260131" },
  "date, native": { conversion: date("A", { as: "native" }), likely: "2026-01-31" },
  julianDate: { conversion: julianDate("A"), likely: "126031" },
  dateTime: { conversion: dateTime("A", { zone: "Europe/Berlin" }), likely: "2026-01-31" },
  bits: { conversion: bits("A", { 1: "one" }), likely: "5" },
  refInText: { conversion: refInText("A", { "5": "things" }, { separator: "," }), likely: "5,7" },
};

/** A value of each kind of column. */
function sampleOf(kind: ColumnType, likely: string): unknown {
  switch (kind) {
    case "text":
    case "decimal":
      return likely;
    case "integer":
    case "float":
      return Number.isNaN(Number(likely)) ? 5 : Number(likely);
    case "boolean":
      return true;
    case "date":
      return "2026-01-31";
    case "timestamp":
      return "2026-01-31 10:00:00";
    case "binary":
      return Uint8Array.from([0x35]);
    case "other":
      return undefined;
  }
}

describe.each(Object.entries(cases))("%s", (_, { conversion, likely }) => {
  const accepts = kindsOf(conversion)[0] ?? [];
  const kinds = anyKind.filter((kind) => kind !== "other");

  it.each(kinds.filter((kind) => accepts.includes(kind)))("reads a column of kind %s", (kind) => {
    // Of a native date in a DATE column the likely value is the column's own.
    expect(convert(conversion, sampleOf(kind, likely))).toMatchObject({ drifts: 0 });
  });

  it.each(kinds.filter((kind) => !accepts.includes(kind) && !(kind === "decimal" || kind === "float" || kind === "integer")))(
    "cannot read a column of kind %s",
    (kind) => {
      expect(convert(conversion, sampleOf(kind, likely))).toMatchObject({ drifts: 1 });
    },
  );
});

it("compound conversions say it of each of their columns", () => {
  expect(kindsOf(money("A", "C"))).toEqual([expect.arrayContaining(["integer", "text"]), ["text"]]);
  expect(kindsOf(dateTime("D", "T", { zone: "UTC", as: "native" }))).toEqual([expect.arrayContaining(["date"]), expect.not.arrayContaining(["date"])]);
  expect(kindsOf(group({ a: integer("A"), b: date("B", { as: "native" }) }))).toEqual([...kindsOf(integer("A")), ...kindsOf(date("B", { as: "native" }))]);
  expect(kindsOf(refOneOf("T", { O: ref("orders", ["A", "B"]) }))).toHaveLength(3);
});
