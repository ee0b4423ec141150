/** What each conversion reads: every accepted column type, NULL, blank, and what does not fit. */
import { bits, code, computed, constant, custom, date, decimal, flag, group, integer, julianDate, money, ref, refInText, refOneOf, text } from "sluice";
import { describe, expect, test } from "vitest";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import { convert, drifted, read } from "../support/convert.ts";

type Cases = readonly (readonly [what: string, conversion: AnyConversion, row: readonly unknown[], value: unknown])[];

const reads: Cases = [
  ["CHAR without its padding", text("C"), ["abc   "], "abc"],
  ["leading spaces, tabs and other blanks as they are", text("C"), ["  a\t "], "  a\t"],
  ["blank text as empty", text("C"), ["    "], ""],
  ["blank text as null where said so", text("C", { nullWhen: [""] }), ["    "], null],
  ["digits of a number", text("C"), [42], "42"],
  ["bytes in latin1", text("C", { encoding: "latin1" }), [Buffer.from([0xfc, 0x20])], "ü"],
  ["bytes in UTF-8", text("C", { encoding: "utf-8" }), [Buffer.from("ü ")], "ü"],
  ["NULL", text("C"), [null], null],
  ["a whole number", integer("C"), [-7], -7],
  ["INT8 and NUMERIC as text", integer("C"), ["9007199254740991"], 9007199254740991],
  ["NUMERIC with zeros behind the point", integer("C"), ["12.00"], 12],
  ["zero as null where said so", integer("C", { nullWhen: [0] }), ["0.00"], null],
  ["NULL number", integer("C"), [null], null],
  ["implied decimals", decimal("C", { scale: 3 }), [-5], "-0.005"],
  ["implied decimals of an INT8", decimal("C", { scale: 2 }), ["900719925474099123"], "9007199254740991.23"],
  ["NUMERIC as it is", decimal("C"), ["0012.500"], "12.500"],
  ["floats written out", decimal("C"), [1e-7], "0.0000001"],
  ["huge floats written out", decimal("C"), [1.5e21], "1500000000000000000000"],
  ["no negative zero", decimal("C", { places: 2 }), [-0.001], "0.00"],
  ["half away from zero", decimal("C", { places: 2 }), ["-1.005"], "-1.01"],
  ["money in the row's currency", money("A", "B", { scale: 2 }), [123450, "EUR "], { amount: "1234.50", currency: "EUR" }],
  ["money in the only currency", money("A", { currency: "CHF" }), ["5.5"], { amount: "5.5", currency: "CHF" }],
  ["no amount", money("A", "B"), [null, "EUR"], null],
  ["Y", flag("C"), ["Y "], true],
  ["a digit in a CHAR column", flag("C"), ["1"], true],
  ["a NUMERIC flag", flag("C"), ["0"], false],
  ["true", flag("C"), [true], true],
  ["a blank flag", flag("C"), [" "], false],
  ["a NULL flag", flag("C"), [null], false],
  ["flags of one's own", flag("C", { true: ["X"], false: ["", null] }), ["X"], true],
  ["a padded code", code("C", { A: "open" }), ["A  "], "open"],
  ["a numeric code", code("C", { "10": "open" }), [10], "open"],
  ["a blank code", code("C", { "": "none" }), ["  "], "none"],
  ["a NULL code", code("C", { A: "open" }, { nullAs: "none" }), [null], "none"],
  ["an integer date", date("C"), [20260131], "2026-01-31"],
  ["a CHAR date", date("C"), ["20260131"], "2026-01-31"],
  ["a date of the nineteenth hundred", date("C", { as: "cyymmdd" }), ["0991231"], "1999-12-31"],
  ["a date of the twentieth hundred", date("C", { as: "cyymmdd" }), [1260131], "2026-01-31"],
  ["a timestamp's day", date("C", { as: "native" }), ["2026-01-31 23:59:59.999"], "2026-01-31"],
  ["a NUMERIC zero date", date("C", { nullWhen: [0] }), ["0"], null],
  ["a blank date", date("C", { nullWhen: [""] }), ["        "], null],
  ["a julian date", julianDate("C"), [126031], "2026-01-31"],
  ["a julian CHAR date of 1999", julianDate("C"), ["099365"], "1999-12-31"],
  ["a long julian date", julianDate("C", { as: "yyyyddd" }), [2024366], "2024-12-31"],
  ["an id", ref("others", ["A", "B"]), ["01", 7], "01~7"],
  ["no reference", ref("others", ["A", "B"]), ["01", null], null],
  ["a zero reference", ref("others", "A", { nullWhen: [0] }), [0], null],
  ["a reference by type", refOneOf("T", { O: ref("orders", "R"), I: ref("invoices", ["C", "R"]) }), ["I ", "x", "01", "R1"], { type: "invoices", id: "01~R1" }],
  ["a blank type", refOneOf("T", { O: ref("orders", "R") }), [" ", "x"], null],
  ["a type whose reference is NULL", refOneOf("T", { O: ref("orders", "R") }), ["O", null], null],
  ["a reference in a string", refInText("C", { "sale.line": "lines" }, { separator: "," }), ["sale.line, 17 "], { type: "lines", id: "17" }],
  ["a blank reference in a string", refInText("C", { s: "lines" }, { separator: "," }), ["  "], null],
  ["bits by name", bits("C", { 1: "a", 4: "c", 2: "b" }), [5], ["a", "c"]],
  ["no bits", bits("C", { 1: "a" }), [null], []],
  ["a group", group({ a: text("A"), b: group({ c: integer("C") }) }), ["x ", 5], { a: "x", b: { c: 5 } }],
  ["a constant", constant("erp"), [], "erp"],
  ["a function of columns", computed(["A", "B"], ({ A, B }) => `${String(A)}-${String(B)}`), ["x", undefined], "x-null"],
  ["a conversion of one's own", custom({ columns: ["A"], read: ({ A }) => Number(A) + 1 }), [1], 2],
];

test.each(reads)("reads %s", (_what, conversion, row, value) => expect(read(conversion, ...row)).toEqual(value));

const misfits: Cases = [
  ["bytes that are not the encoding's", text("C", { encoding: "utf-8" }), [Buffer.from([0xff])], undefined],
  ["a boolean as text", text("C"), [true], undefined],
  ["a blank where a number belongs", integer("C"), ["   "], undefined],
  ["an empty text where a number belongs", integer("C"), [""], undefined],
  ["a fraction where a whole number belongs", integer("C"), ["12.50"], undefined],
  ["a float's fraction", integer("C"), [12.5], undefined],
  ["a number beyond exactness", integer("C"), ["9007199254740993"], undefined],
  ["hexadecimal digits", integer("C"), ["0x10"], undefined],
  ["an exponent", integer("C"), ["1e3"], undefined],
  ["true as a number", integer("C"), [true], undefined],
  ["NaN", decimal("C"), ["NaN"], undefined],
  ["a float that is none", decimal("C"), [Number.NaN], undefined],
  ["infinity", decimal("C"), ["Infinity"], undefined],
  ["a float's infinity", decimal("C", { places: 2 }), [-Infinity], undefined],
  ["a blank decimal", decimal("C"), [" "], undefined],
  ["an exponent in a text", decimal("C"), ["1e5"], undefined],
  ["an amount without currency", money("A", "B"), [5, null], undefined],
  ["neither yes nor no", flag("C"), ["X"], undefined],
  ["the digits of NULL", flag("C", { true: ["Y"], false: ["N"] }), [null], undefined],
  ["an unseen code", code("C", { A: "open" }), ["B"], undefined],
  ["a code in another case", code("C", { A: "open" }), ["a"], undefined],
  ["a name every object has", code("C", { A: "open" }), ["constructor"], undefined],
  ["the 30th of February", date("C"), [20260230], undefined],
  ["a zero date nobody expects", date("C"), [0], undefined],
  ["a blank date nobody expects", date("C"), ["        "], undefined],
  ["a date with a sign", date("C"), [-20260131], undefined],
  ["a day that no year has", julianDate("C"), [126366], undefined],
  ["day zero", julianDate("C"), [126000], undefined],
  ["a julian date without a year", julianDate("C", { as: "yyyyddd" }), [31], undefined],
  ["a native zero date", date("C", { as: "native" }), ["0000-00-00"], undefined],
  ["infinity as a date", date("C", { as: "native" }), ["infinity"], undefined],
  ["bits that are no number", bits("C", { 1: "a" }), ["5"], undefined],
  ["a function that finds no value", computed(["A"], () => undefined), ["x"], undefined],
];

describe("takes note of", () => {
  test.each(misfits)("%s", (_what, conversion, row) => expect(convert(conversion, ...row)).toEqual(drifted));

  test.each([
    ["a type without a resource", refOneOf("T", { O: ref("orders", "R") }), ["Z", "1"]],
    ["a string that refers to something without a resource", refInText("C", { s: "lines" }, { separator: "," }), ["t,17"]],
    ["a string without a separator", refInText("C", { s: "lines" }, { separator: "," }), ["s17"]],
    ["a string that refers to nothing", refInText("C", { s: "lines" }, { separator: "," }), ["s, "]],
  ] as const)("%s, and reads null", (_what, conversion, row) => expect(convert(conversion, ...row)).toEqual({ value: null, drifts: 1 }));
});

test("an ERP value is named in a drift only where it is a code, cut to 40 characters", () => {
  const seen: (string | undefined)[] = [];
  const note = (_conversion: string, _columns: unknown, _why: string, value?: string): void => void seen.push(value);
  code("C", { A: "open" }).read(["x".repeat(100)], 0, note);
  integer("C").read(["secret"], 0, note);
  date("C").read(["secret"], 0, note);
  expect(seen).toEqual(["x".repeat(40), undefined, undefined]);
});
