/** Filters against an oracle: what the database finds is what a comparison of the public values finds. */

import fc from "fast-check";
import {
  bit,
  code,
  custom,
  date,
  dateTime,
  decimal,
  defineSource,
  expression,
  flag,
  integer,
  julianDate,
  lookup,
  money,
  ref,
  sql,
  sum,
  text,
  wire,
  z,
} from "sluice";
import { beforeAll, expect, test } from "vitest";
import { filterOperators } from "#contract/contract.ts";
import { schemaAt, valueKind } from "#contract/model.ts";
import { contractOf } from "../support/contract.ts";
import { compareDecimals } from "../support/decimals.ts";
import { type Item, readingFrom } from "../support/reading.ts";

interface Row {
  ID: number;
  CUS: string;
  PADDED: string;
  PLAIN: string | null;
  WIDE: string;
  CODE: string | null;
  NCODE: number;
  FLAGTXT: string | null;
  FLAGNUM: number | null;
  FLAGBIT: boolean | null;
  QTY: number;
  SMALL: number | null;
  PRICE: string;
  RATE: number | null;
  DAYNUM: number;
  DAYTXT: string;
  DAYCY: number;
  DAYCYTXT: string;
  DAYJUL: number;
  DAYJULTXT: string;
  DAY: string | null;
  MOMENT: string | null;
  MOMENTZ: string;
  TIMETXT: string;
  TIMENUM: number;
  CUR: string;
  BIG: string;
  REFNO: string;
  BITS: number;
  MOMENTTXT: string;
}
interface Tables {
  V: Row;
  TXT: { ID: number; LANG: string; TXT: string };
}

const reading = readingFrom(`
  CREATE TABLE "V" ("ID" int PRIMARY KEY, "CUS" char(4) NOT NULL, "PADDED" char(8) NOT NULL, "PLAIN" varchar(8), "WIDE" varchar(8) NOT NULL, "CODE" char(2), "NCODE" smallint NOT NULL,
    "FLAGTXT" char(1), "FLAGNUM" smallint, "FLAGBIT" boolean, "QTY" int NOT NULL, "SMALL" smallint, "PRICE" numeric(9,3) NOT NULL, "RATE" float8, "DAYNUM" int NOT NULL, "DAYTXT" char(8) NOT NULL,
    "DAYCY" int NOT NULL, "DAYCYTXT" varchar(7) NOT NULL, "DAYJUL" int NOT NULL, "DAYJULTXT" char(6) NOT NULL, "DAY" date, "MOMENT" timestamp, "MOMENTZ" timestamptz NOT NULL, "TIMETXT" char(6) NOT NULL, "TIMENUM" int NOT NULL,
    "CUR" char(3) NOT NULL, "BIG" bigint NOT NULL, "REFNO" varchar(6) NOT NULL, "BITS" int NOT NULL, "MOMENTTXT" char(23) NOT NULL);
  CREATE TABLE "TXT" ("ID" int NOT NULL, "LANG" char(1) NOT NULL, "TXT" varchar(8) NOT NULL);
`);

const word = z.enum(["open", "closed", "odd"]);
const things = contractOf(
  {
    padded: z.string(),
    plain: z.string().nullable(),
    wide: z.string(),
    code: word,
    ncode: word,
    flag_text: z.boolean(),
    flag_number: z.boolean(),
    flag_bit: z.boolean(),
    any_bit: z.boolean(),
    quantity: wire.decimal(),
    small: z.int().nullable(),
    price: wire.decimal(),
    rounded: wire.decimal(),
    rate: wire.decimal().nullable(),
    day_number: wire.date().nullable(),
    day_text: wire.date().nullable(),
    day_century: wire.date().nullable(),
    day_century_text: wire.date().nullable(),
    day_julian: wire.date().nullable(),
    day_julian_text: wire.date().nullable(),
    day: wire.date().nullable(),
    day_of_moment: wire.date().nullable(),
    moment: wire.dateTime().nullable(),
    moment_zoned: wire.dateTime(),
    moment_text: wire.dateTime(),
    at_text: wire.dateTime().nullable(),
    at_number: wire.dateTime().nullable(),
    total: wire.money(),
    big: z.int(),
    other_id: z.string().nullable(),
    summed: wire.decimal(),
    hundreds: z.int(),
    translated: z.string().nullable(),
    doubled: z.int(),
  },
  {
    filter: [
      "id",
      "padded",
      "plain",
      "wide",
      "code",
      "ncode",
      "flag_text",
      "flag_number",
      "flag_bit",
      "any_bit",
      "quantity",
      "small",
      "price",
      "rounded",
      "rate",
      "day_number",
      "day_text",
      "day_century",
      "day_century_text",
      "day_julian",
      "day_julian_text",
      "day",
      "day_of_moment",
      "moment",
      "moment_zoned",
      "moment_text",
      "at_text",
      "at_number",
      "total.amount",
      "total.currency",
      "big",
      "other_id",
      "summed",
      "hundreds",
      "translated",
      "doubled",
    ],
  },
);
const paths = things.reads.list?.filter ?? [];

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const bound = erp.bind(things, {
  table: "V",
  key: ["ID", "CUS"],
  account: "CUS",
  fields: {
    padded: text("PADDED"),
    plain: text("PLAIN", { nullWhen: ["x"] }),
    wide: text("WIDE", { pad: 8 }),
    code: code("CODE", { A: "open", B: "closed", C: "open", "": "odd" }, { nullAs: "odd" }),
    ncode: code("NCODE", { "1": "open", "2": "closed", "3": "odd" }),
    flag_text: flag("FLAGTXT"),
    flag_number: flag("FLAGNUM"),
    flag_bit: flag("FLAGBIT"),
    any_bit: flag(bit("BITS", 6)),
    quantity: decimal("QTY", { scale: 2 }),
    small: integer("SMALL", { nullWhen: [0] }),
    price: decimal("PRICE"),
    rounded: decimal("PRICE", { places: 1 }),
    rate: decimal("RATE", { places: 2 }),
    day_number: date("DAYNUM", { nullWhen: [0, 99991231] }),
    day_text: date("DAYTXT", { nullWhen: [""] }),
    day_century: date("DAYCY", { as: "cyymmdd", nullWhen: [0] }),
    day_century_text: date("DAYCYTXT", { as: "cyymmdd", nullWhen: [""] }),
    day_julian: julianDate("DAYJUL", { nullWhen: [0] }),
    day_julian_text: julianDate("DAYJULTXT", { nullWhen: [""] }),
    day: date("DAY", { as: "native" }),
    day_of_moment: date("MOMENT", { as: "native" }),
    moment: dateTime("MOMENT", { zone: "Europe/Berlin" }),
    moment_zoned: dateTime("MOMENTZ", { zone: "Asia/Kolkata" }),
    moment_text: dateTime("MOMENTTXT", { zone: "Australia/Lord_Howe" }),
    at_text: dateTime("DAYTXT", "TIMETXT", { zone: "America/New_York", nullWhen: [""] }),
    at_number: dateTime("DAYCY", "TIMENUM", { zone: "Europe/Berlin", as: "cyymmdd", nullWhen: [0] }),
    total: money("QTY", "CUR", { scale: 3 }),
    big: integer("BIG"),
    other_id: ref("others", ["REFNO", "NCODE"], { nullWhen: [""] }),
    summed: decimal(sum("integer", "QTY", "-BITS", "NCODE"), { scale: 2 }),
    hundreds: integer(expression(["QTY"], "integer", (c) => sql`(${c.QTY} / 100)`)),
    translated: text(lookup("TXT", { ID: "ID" }, "TXT", { where: { LANG: "E" } })),
    doubled: custom({
      columns: ["BITS"],
      read: ({ BITS }) => Number(BITS) * 2,
      inverse: { equal: (value) => [[Number(value) / 2]], range: (operator, value) => ({ operator, values: [String(Number(value) / 2)] }) },
    }),
  },
});

const pick = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const years = pick(1899, 1900, 1970, 1999, 2000, 2024, 2026, 2100);
const monthDay = pick("0101", "0131", "0228", "0329", "1231", "1025", "0310", "1101");
const hours = pick("000000", "013000", "023000", "093001", "235959");
const words = pick("", "A", "AB", "x", "Ab", "ü", "100", "007", "A B", "_", "%");
const century = (year: number, rest: string) => Number(`${year}${rest}`) - 19_000_000;
const ordinal = (year: number) => (year - 1900) * 1000 + 60;

const rowOf = fc.record({
  padded: words,
  plain: fc.option(words),
  wide: words,
  code: fc.option(pick("A", "B", "C", "")),
  ncode: pick(1, 2, 3),
  flagText: fc.option(pick("Y", "N", "", "1", "0")),
  flagNumber: fc.option(pick(0, 1)),
  flagBit: fc.option(fc.boolean()),
  quantity: fc.integer({ min: -300, max: 300 }),
  small: fc.option(fc.integer({ min: -2, max: 2 })),
  price: fc.integer({ min: -400, max: 400 }),
  rate: fc.option(pick(0, 0.1, 0.125, -0.125, 1.005, 2.675, 1e-7, 12)),
  year: years,
  monthDay,
  zeroDate: fc.nat(9),
  time: hours,
  micros: pick("000000", "000001", "999999", "500000", "123456"),
  currency: pick("EUR", "USD"),
  big: pick("0", "-1", "4503599627370497"),
  ref: words,
  bits: fc.nat(9),
});

let items: readonly Item[] = [];

beforeAll(async () => {
  const rows = fc.sample(rowOf, { numRuns: 150, seed: 7 });
  for (const [index, row] of rows.entries()) {
    const year = Math.max(row.year, 1900);
    const day = `${row.year}-${row.monthDay.slice(0, 2)}-${row.monthDay.slice(2)}`;
    const clock = `${row.time.slice(0, 2)}:${row.time.slice(2, 4)}:${row.time.slice(4)}.${row.micros}`;
    const none = row.zeroDate === 0;
    const values = [
      index,
      index % 3 === 0 ? "C2" : "C1",
      row.padded,
      row.plain,
      row.wide.padEnd(8),
      row.code,
      row.ncode,
      row.flagText,
      row.flagNumber,
      row.flagBit,
      row.quantity,
      row.small,
      (row.price / 100).toFixed(3),
      row.rate,
      none ? 0 : row.zeroDate === 1 ? 99991231 : Number(`${row.year}${row.monthDay}`),
      none ? "" : `${row.year}${row.monthDay}`,
      none ? 0 : century(year, row.monthDay),
      none ? "       " : String(century(year, row.monthDay)).padStart(7, "0"),
      none ? 0 : ordinal(year),
      none ? "" : String(ordinal(year)).padStart(6, "0"),
      none ? null : day,
      none ? null : `${day} ${clock}`,
      `${day} ${clock}Z`,
      row.time,
      Number(row.time),
      row.currency,
      row.big,
      row.ref,
      row.bits,
      `${day} ${clock.slice(0, 12)}`,
    ];
    await reading.erp(`INSERT INTO "V" VALUES (${values.map((_, at) => `$${at + 1}`).join(", ")})`, values);
    if (row.ref !== "") await reading.erp(`INSERT INTO "TXT" VALUES ($1, $2, $3)`, [index, index % 4 === 0 ? "D" : "E", row.ref]);
  }
  items = await reading.walk(bound, ["C1"], { limit: 60 });
}, 60_000);

function valueAt(item: Item, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((at, name) => (typeof at === "object" && at !== null ? Object.entries(at).find(([key]) => key === name)?.[1] : undefined), item);
}

/** How public values compare: numbers exactly, instants in time, all else as text. */
function compare(path: string, left: unknown, right: string): number {
  const schema = schemaAt(things.model, path);
  const kind = schema && valueKind(schema)?.kind;
  if (kind === "decimal" || kind === "integer") return compareDecimals(String(left), right);
  if (kind === "date-time") return Date.parse(String(left)) - Date.parse(right);
  return String(left) < right ? -1 : String(left) > right ? 1 : 0;
}

function holds(path: string, operator: string, left: unknown, right: string): boolean {
  if (left === null || left === undefined) return false;
  const order = compare(path, left, right);
  return operator === "eq" ? order === 0 : operator === "gt" ? order > 0 : operator === "gte" ? order >= 0 : operator === "lt" ? order < 0 : order <= 0;
}

/** Values near those that exist, and some that no column can hold. */
const strange: Readonly<Record<string, readonly string[]>> = {
  text: ["A ", "zzz", "A'", "\\", "1e3", "a\tb"],
  choice: [],
  boolean: ["true", "false"],
  integer: ["999999999999999", "-999999999999999", "70000", "0"],
  decimal: ["0", "0.005", "-0.05", "999999999999999999999999999999.999999999999", "12.4999", "-99999999999"],
  date: ["1000-01-01", "9999-12-31", "1900-01-01", "1899-12-31", "2900-01-01"],
  "date-time": [
    "1000-01-01T00:00:00.000Z",
    "9999-12-31T23:59:59.999Z",
    "2026-03-29T01:00:00.000Z",
    "2026-03-29T00:30:00.000Z",
    "2026-10-25T00:30:00.000Z",
    "1970-01-01T00:00:00.500Z",
  ],
};

test("the sample holds nulls, blanks and every code", () => {
  expect(items.length).toBe(100);
  for (const path of paths) expect(new Set(items.map((item) => valueAt(item, path))).size, path).toBeGreaterThan(1);
});

test.each(paths)("%s finds what a comparison of public values finds", async (path) => {
  const schema = schemaAt(things.model, path);
  const kind = (schema && valueKind(schema)?.kind) ?? "text";
  const present = [
    ...new Set(
      items
        .map((item) => valueAt(item, path))
        .filter((value) => value !== null && value !== undefined)
        .map(String),
    ),
  ];
  const values = kind === "choice" ? ["open", "closed", "odd"] : [...present, ...(strange[kind] ?? [])];
  const value = fc.constantFrom(...values.map((one) => (kind === "date-time" ? new Date(one).toISOString() : one)));
  const asked = fc.oneof(
    fc.array(value, { minLength: 1, maxLength: 3 }).map((some) => ({ operator: "eq" as const, values: [...new Set(some)] })),
    fc.tuple(fc.constantFrom(...filterOperators(things, path)), value).map(([operator, one]) => ({ operator, values: [one] })),
  );
  await fc.assert(
    fc.asyncProperty(asked, async ({ operator, values: sought }) => {
      const found = await reading.list(bound, ["C1"], { filters: [{ path, operator, values: sought }], fields: ["id"] });
      const expected = items.filter((item) => sought.some((one) => holds(path, operator, valueAt(item, path), one)));
      expect(
        found.items.map((item) => item["id"]),
        `${path} ${operator} ${sought.join(",")}`,
      ).toEqual(expected.map((item) => item["id"]));
    }),
    { numRuns: 40 },
  );
});

test("all values of the sample fit their conversions", async () => {
  reading.took();
  await reading.walk(bound, ["C1"]);
  expect(reading.took().drift).toEqual([]);
});
