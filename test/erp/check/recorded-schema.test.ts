/** What counts as narrowed, as retyped, and as nothing worth a word; and the form of the recorded file. */
import { expect, it } from "vitest";
import { changeOf, parseRecordedSchema, type RecordedColumn, writeRecordedSchema } from "#erp/check/recorded-schema.ts";

const column = (type: string, about: Partial<RecordedColumn> = {}): RecordedColumn => ({ type, nullable: false, ...about });

it.each<[string, RecordedColumn, RecordedColumn, ReturnType<typeof changeOf>]>([
  ["shorter", column("varchar", { length: 40 }), column("varchar", { length: 30 }), "narrowed"],
  ["longer", column("varchar", { length: 40 }), column("varchar", { length: 41 }), undefined],
  ["without a limit before", column("character varying"), column("character varying", { length: 400 }), "narrowed"],
  ["text from varchar", column("character varying", { length: 40 }), column("text"), undefined],
  ["varchar from text", column("text"), column("character varying", { length: 40 }), "narrowed"],
  ["longtext to text", column("longtext", { length: 4294967295 }), column("text", { length: 65535 }), "narrowed"],
  ["char to varchar: padding changes", column("char", { length: 4 }), column("character varying", { length: 4 }), "retyped"],
  ["fewer digits", column("numeric", { precision: 12, scale: 2 }), column("numeric", { precision: 10, scale: 2 }), "narrowed"],
  ["fewer decimals", column("numeric", { precision: 12, scale: 2 }), column("numeric", { precision: 12, scale: 1 }), "narrowed"],
  ["more decimals at the cost of digits", column("numeric", { precision: 12, scale: 2 }), column("numeric", { precision: 12, scale: 4 }), "narrowed"],
  ["more of both", column("numeric", { precision: 12, scale: 2 }), column("numeric", { precision: 14, scale: 4 }), undefined],
  ["no limit to a limit", column("numeric"), column("numeric", { precision: 30, scale: 10 }), "narrowed"],
  ["a smaller integer", column("bigint"), column("integer"), "narrowed"],
  ["a larger integer", column("smallint"), column("bigint"), undefined],
  ["unsigned loses the negative", column("int"), column("int unsigned"), "narrowed"],
  ["signed loses the largest", column("int unsigned"), column("int"), "narrowed"],
  ["unsigned in a larger signed one", column("int unsigned"), column("bigint"), undefined],
  ["single precision", column("double precision"), column("real"), "narrowed"],
  ["double precision", column("float"), column("double"), undefined],
  ["a smaller character set", column("varchar", { length: 9, charset: "utf8mb4" }), column("varchar", { length: 9, charset: "latin1" }), "narrowed"],
  ["a larger character set", column("varchar", { length: 9, charset: "latin1" }), column("varchar", { length: 9, charset: "utf8mb4" }), undefined],
  ["a number to text", column("integer"), column("text"), "retyped"],
  ["a date to a timestamp", column("date"), column("timestamp without time zone"), "retyped"],
])("%s", (_, before, now, change) => {
  expect(changeOf(before, now)).toBe(change);
});

it("a written record is read back as it was, odd names included", () => {
  const schema = { source: "erp", tables: { 'a"b': { "Unit.Price": column("numeric", { precision: 9, scale: 2 }) }, z: { y: column("text") } } };
  expect(parseRecordedSchema(writeRecordedSchema(schema), "f")).toEqual(schema);
});

it("a file that holds something else is named", () => {
  for (const text of ["", "{}", '{"source":"erp","tables":{"t":{"c":{"type":1}}}}'])
    expect(() => parseRecordedSchema(text, "erp/erp.schema.json")).toThrow(/^erp\/erp\.schema\.json is not what/);
});
