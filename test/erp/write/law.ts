/** The law of writing, held against real columns: what a conversion writes reads as the value written, or it says why not. */
import fc from "fast-check";
import { bits, code, constant, custom, date, dateTime, decimal, flag, group, integer, julianDate, money, ref, refInText, refOneOf, text } from "sluice";
import { expect } from "vitest";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import { type BoundResource, type DialectName, defineSource } from "#erp/binding/source.ts";
import type { ErpValue } from "#erp/binding/sql.ts";
import type { Catalog, Dialect, ErpDatabase } from "#erp/dialects/dialect.ts";
import { type DriftNote, resourceReader } from "#erp/read/reader.ts";
import { inputColumns } from "#erp/write/input-columns.ts";
import { contractOf } from "../support/contract.ts";
import { compareDecimals } from "../support/decimals.ts";
import { listQuery } from "../support/reading.ts";

export interface Case {
  readonly conversion: (...columns: readonly string[]) => AnyConversion;
  /** The columns' types, and what else their definition says. */
  readonly columns: readonly string[];
  /** Values that have to be taken. */
  readonly good: fc.Arbitrary<unknown>;
  /** Values that may be refused. */
  readonly wild?: fc.Arbitrary<unknown>;
  readonly same?: (left: unknown, right: unknown) => boolean;
}

const noTrailingSpace = (value: string): boolean => !value.endsWith(" ");
const characters = (unit: "grapheme-ascii" | "binary", maxLength: number) =>
  fc
    .array(fc.string({ unit, minLength: 1, maxLength: 1 }), { maxLength })
    .map((all) => all.join("").replaceAll("\u0000", "x"))
    .filter(noTrailingSpace);
const basicPlane = (maxLength: number) => characters("binary", maxLength).map((value) => value.replaceAll(/[\u{10000}-\u{10FFFF}]/gu, "ß"));
const western = fc
  .array(fc.constantFrom("a", " ", "ü", "€", "ß", "Ž", "ÿ", "'", "\\"), { maxLength: 12 })
  .map((all) => all.join(""))
  .filter(noTrailingSpace);
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", " ", "\u0000", "\ud800", "a\udc00", "\uFEFFa", "007", "-0", "1e3", "x".repeat(300), "ü".repeat(9)),
);

const decimalText = (digits: number, places: number) =>
  fc
    .tuple(fc.boolean(), fc.stringMatching(new RegExp(`^\\d{1,${digits}}$`)), fc.stringMatching(new RegExp(`^\\d{0,${places}}$`)))
    .map(([minus, whole, fraction]) => {
      const plain = `${whole.replace(/^0+(?=\d)/, "")}${fraction === "" ? "" : `.${fraction}`}`;
      return minus && /[1-9]/.test(plain) ? `-${plain}` : plain;
    });
const wildDecimal = fc.oneof(
  decimalText(12, 6),
  decimalText(39, 0),
  fc.constantFrom("0", "-0.00", "0.005", "999999999.99", "2147483647", "0.1", "1.10", "nonsense"),
);
const wildInteger = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(-0, 0, 255, 256, 2155, 2 ** 31, -(2 ** 31)));
const dayText = (from: string, to: string) =>
  fc.date({ min: new Date(from), max: new Date(to), noInvalidDate: true }).map((at) => at.toISOString().slice(0, 10));
const wildDay = fc.oneof(dayText("0001-01-01", "9999-12-31"), fc.constantFrom("0000-01-01", "1899-12-31", "2026-02-30", "9999-12-31", "infinity"));

/** Around the clock changes of 2026 in Berlin, where instants are hard, and anywhere else. */
const moments = fc.oneof(
  fc
    .tuple(fc.constantFrom("2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"), fc.integer({ min: -180, max: 180 }))
    .map(([at, minutes]) => Date.parse(at) + minutes * 60_000),
  fc
    .date({ min: new Date("1971-01-01T00:00:00Z"), max: new Date("2037-12-31T00:00:00Z"), noInvalidDate: true })
    .map((at) => Math.floor(at.getTime() / 1000) * 1000),
);
const seconds = moments.map((at) => new Date(at).toISOString().replace(".000Z", "Z"));
/** The second reading of the repeated hour of 2026 lies from 01:00 to 02:00 UTC. */
const notRepeated = moments
  .filter((at) => at < Date.parse("2026-10-25T00:00:00Z") && at > Date.parse("1990-01-01T00:00:00Z"))
  .filter((at) => new Date(at).getUTCMonth() !== 9 && new Date(at).getUTCMonth() !== 8)
  .map((at) => new Date(at).toISOString().replace(".000Z", "Z"));
const wildMoment = fc.oneof(
  seconds,
  moments.map((at) => new Date(at + 123).toISOString()),
  fc.date({ min: new Date("0001-01-02"), max: new Date("9999-12-30"), noInvalidDate: true }).map((at) => at.toISOString()),
  fc.constantFrom("2026-01-31T08:30:00.1234567Z", "2026-01-31T22:00:00Z", "2026-06-30T22:00:00Z", "2038-01-19T03:14:08Z", "1970-01-01T00:00:00Z"),
);
const orNull = (values: fc.Arbitrary<unknown>) => fc.option(values, { freq: 5 });

const sameDecimal = (left: unknown, right: unknown): boolean =>
  left === right || (left !== null && right !== null && compareDecimals(String(left), String(right)) === 0);
const sameInstant = (left: unknown, right: unknown): boolean => left === right || Date.parse(String(left)) === Date.parse(String(right));
const amountOf = (value: unknown): readonly unknown[] => (typeof value === "object" && value !== null ? Object.values(value) : [value, value]);
const sameMoney = (left: unknown, right: unknown): boolean => {
  const [[amount, currency], [otherAmount, otherCurrency]] = [amountOf(left), amountOf(right)];
  return currency === otherCurrency && sameDecimal(amount, otherAmount);
};
const sameSet = (left: unknown, right: unknown): boolean =>
  JSON.stringify([...new Set(left as string[])].sort()) === JSON.stringify([...new Set(right as string[])].sort());

const money2 = (digits: number) => fc.record({ amount: decimalText(digits, 2), currency: fc.constantFrom("EUR", "CHF") });
const wildMoney = fc.record({ amount: wildDecimal, currency: fc.constantFrom("EUR", "CHF", "euro", "") });
const words = { A: "open", B: "closed", C: "open", "": "none" } as const;
const numbered = { "10": "open", "20": "closed", "30": "open" } as const;
const attributes = { 1: "hazardous", 4: "fragile", 2: "cold", 128: "heavy" } as const;
const typed = fc.oneof(
  fc.record({ type: fc.constant("orders"), id: characters("grapheme-ascii", 3).filter((id) => /^[A-Za-z0-9]+$/.test(id)) }),
  fc.record({ type: fc.constant("invoices"), id: fc.integer({ min: 0, max: 999 }).map(String) }),
);
const zone = "Europe/Berlin";

/** Cases for the columns that both dialects have; `t` translates a type. */
export function commonCases(t: Readonly<Record<string, string>>): Readonly<Record<string, Case>> {
  const type = (name: string): string => t[name] ?? name;
  return {
    char: { conversion: (c = "") => text(c), columns: ["char(10) NOT NULL"], good: basicPlane(10), wild: anyText },
    varchar: {
      conversion: (c = "") => text(c, { pad: 10, nullWhen: [""] }),
      columns: ["varchar(10) NOT NULL"],
      good: orNull(basicPlane(10).filter((value) => value !== "")),
      wild: anyText,
    },
    nullableVarchar: { conversion: (c = "") => text(c), columns: ["varchar(10)"], good: orNull(basicPlane(10)), wild: anyText },
    longText: { conversion: (c = "") => text(c), columns: ["text NOT NULL"], good: basicPlane(60), wild: anyText },
    textOfInteger: { conversion: (c = "") => text(c), columns: ["int NOT NULL"], good: fc.integer().map(String), wild: anyText },
    textOfDecimal: {
      conversion: (c = "") => text(c),
      columns: [`${type("numeric")}(8,2) NOT NULL`],
      good: fc.integer({ min: 100, max: 99_999_999 }).map((value) => (value / 100).toFixed(2)),
      wild: wildDecimal,
    },
    latin1: { conversion: (c = "") => text(c, { encoding: "latin1" }), columns: [`${type("bytes")} NOT NULL`], good: western, wild: anyText },
    utf8: {
      conversion: (c = "") => text(c, { encoding: "utf-8", nullWhen: [""] }),
      columns: [`${type("bytes")} NOT NULL`],
      good: orNull(basicPlane(10).filter((value) => value !== "" && !value.startsWith("\uFEFF"))),
      wild: anyText,
    },
    codeInChar: { conversion: (c = "") => code(c, words), columns: ["char(3)"], good: fc.constantFrom("open", "closed", "none", null), wild: anyText },
    codeInInteger: { conversion: (c = "") => code(c, numbered), columns: ["int"], good: fc.constantFrom("open", "closed", null) },
    codeForNull: { conversion: (c = "") => code(c, { A: "open" }, { nullAs: "none" }), columns: ["char(1)"], good: fc.constantFrom("open", "none") },
    flagInChar: { conversion: (c = "") => flag(c), columns: ["char(1) NOT NULL"], good: fc.boolean() },
    flagInInteger: { conversion: (c = "") => flag(c), columns: ["smallint NOT NULL"], good: fc.boolean() },
    flagInBoolean: { conversion: (c = "") => flag(c), columns: ["boolean NOT NULL"], good: fc.boolean() },
    flagOfBlank: { conversion: (c = "") => flag(c, { true: ["X"], false: ["", null] }), columns: ["char(1)"], good: fc.boolean() },
    smallint: { conversion: (c = "") => integer(c), columns: ["smallint"], good: orNull(fc.integer({ min: -32768, max: 32767 })), wild: wildInteger },
    int: { conversion: (c = "") => integer(c, { nullWhen: [0] }), columns: ["int NOT NULL"], good: orNull(fc.integer({ min: 1 })), wild: wildInteger },
    bigint: { conversion: (c = "") => integer(c), columns: ["bigint NOT NULL"], good: fc.maxSafeInteger().map((value) => value + 0), wild: wildInteger },
    integerInDecimal: {
      conversion: (c = "") => integer(c),
      columns: [`${type("numeric")}(8,2) NOT NULL`],
      good: fc.integer({ min: -999_999, max: 999_999 }),
      wild: wildInteger,
    },
    integerInChar: { conversion: (c = "") => integer(c), columns: ["char(6) NOT NULL"], good: fc.integer({ min: -99_999, max: 999_999 }), wild: wildInteger },
    integerInFloat: { conversion: (c = "") => integer(c), columns: ["double precision NOT NULL"], good: fc.integer(), wild: wildInteger },
    impliedDecimals: {
      conversion: (c = "") => decimal(c, { scale: 2 }),
      columns: ["int NOT NULL"],
      good: decimalText(7, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    impliedInBigint: {
      conversion: (c = "") => decimal(c, { scale: 3, nullWhen: [0] }),
      columns: ["bigint NOT NULL"],
      good: orNull(decimalText(15, 3).filter((value) => /[1-9]/.test(value))),
      wild: wildDecimal,
      same: sameDecimal,
    },
    impliedInChar: {
      conversion: (c = "") => decimal(c, { scale: 2 }),
      columns: ["char(9) NOT NULL"],
      good: decimalText(6, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimal: {
      conversion: (c = "") => decimal(c),
      columns: [`${type("numeric")}(12,2)`],
      good: orNull(decimalText(10, 2)),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalOfFraction: {
      conversion: (c = "") => decimal(c, { scale: -2 }),
      columns: [`${type("numeric")}(8,4) NOT NULL`],
      good: decimalText(5, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalPlaces: {
      conversion: (c = "") => decimal(c, { places: 2 }),
      columns: [`${type("numeric")}(12,4) NOT NULL`],
      good: decimalText(8, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalInDouble: {
      conversion: (c = "") => decimal(c, { places: 2 }),
      columns: ["double precision NOT NULL"],
      good: decimalText(12, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalInDoubleAsItIs: {
      conversion: (c = "") => decimal(c),
      columns: ["double precision NOT NULL"],
      good: decimalText(9, 6),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalInFloat: {
      conversion: (c = "") => decimal(c, { places: 2 }),
      columns: [`${type("real")} NOT NULL`],
      good: decimalText(4, 2),
      wild: wildDecimal,
      same: sameDecimal,
    },
    decimalInChar: { conversion: (c = "") => decimal(c), columns: ["varchar(20) NOT NULL"], good: decimalText(10, 6), wild: wildDecimal, same: sameDecimal },
    money: {
      conversion: (c = "", d = "") => money(c, d, { scale: 2 }),
      columns: ["int", "char(3)"],
      good: orNull(money2(7)),
      wild: wildMoney,
      same: sameMoney,
    },
    moneyInOneCurrency: {
      conversion: (c = "") => money(c, { currency: "EUR" }, { places: 2 }),
      columns: [`${type("numeric")}(12,4) NOT NULL`],
      good: money2(8).map(({ amount }) => ({ amount, currency: "EUR" })),
      wild: wildMoney,
      same: sameMoney,
    },
    dateInInteger: {
      conversion: (c = "") => date(c, { nullWhen: [0] }),
      columns: ["int NOT NULL"],
      good: orNull(dayText("0001-01-01", "9999-12-31")),
      wild: wildDay,
    },
    dateInChar: {
      conversion: (c = "") => date(c, { nullWhen: [""] }),
      columns: ["char(8) NOT NULL"],
      good: orNull(dayText("0001-01-01", "9999-12-31")),
      wild: wildDay,
    },
    centuryDate: {
      conversion: (c = "") => date(c, { as: "cyymmdd" }),
      columns: [`${type("numeric")}(7,0)`],
      good: orNull(dayText("1900-01-01", "2899-12-31")),
      wild: wildDay,
    },
    nativeDate: { conversion: (c = "") => date(c, { as: "native" }), columns: ["date"], good: orNull(dayText("1000-01-01", "9999-12-31")), wild: wildDay },
    dateOfTimestamp: {
      conversion: (c = "") => date(c, { as: "native" }),
      columns: [`${type("timestamp(0)")} NULL`],
      good: orNull(dayText("1000-01-01", "9999-12-31")),
      wild: wildDay,
    },
    dateWrittenOut: {
      conversion: (c = "") => date(c, { as: "native" }),
      columns: ["char(10) NOT NULL"],
      good: dayText("0001-01-01", "9999-12-31"),
      wild: wildDay,
    },
    julian: {
      conversion: (c = "") => julianDate(c, { nullWhen: [0] }),
      columns: [`${type("numeric")}(6,0) NOT NULL`],
      good: orNull(dayText("1900-01-01", "2899-12-31")),
      wild: wildDay,
    },
    julianInChar: {
      conversion: (c = "") => julianDate(c, { as: "yyyyddd" }),
      columns: ["char(7) NOT NULL"],
      good: dayText("0001-01-01", "9999-12-31"),
      wild: wildDay,
    },
    twoIntegers: {
      conversion: (c = "", d = "") => dateTime(c, d, { zone, nullWhen: [0] }),
      columns: ["int NOT NULL", "int NOT NULL"],
      good: orNull(notRepeated),
      wild: wildMoment,
      same: sameInstant,
    },
    twoChars: {
      conversion: (c = "", d = "") => dateTime(c, d, { zone, nullWhen: [""] }),
      columns: ["char(8) NOT NULL", "char(6) NOT NULL"],
      good: orNull(notRepeated),
      wild: wildMoment,
      same: sameInstant,
    },
    timestamp: {
      conversion: (c = "") => dateTime(c, { zone }),
      columns: [`${type("timestamp(0)")} NULL`],
      good: orNull(notRepeated),
      wild: wildMoment,
      same: sameInstant,
    },
    milliseconds: {
      conversion: (c = "") => dateTime(c, { zone }),
      columns: [`${type("timestamp(3)")} NOT NULL`],
      good: notRepeated.map((at) => at.replace("Z", ".5Z")),
      wild: wildMoment,
      same: sameInstant,
    },
    momentInDate: {
      conversion: (c = "") => dateTime(c, { zone: "UTC" }),
      columns: ["date NOT NULL"],
      good: dayText("1000-01-01", "9999-12-31").map((day) => `${day}T00:00:00Z`),
      wild: wildMoment,
      same: sameInstant,
    },
    momentInText: { conversion: (c = "") => dateTime(c, { zone }), columns: ["varchar(19) NOT NULL"], good: notRepeated, wild: wildMoment, same: sameInstant },
    ref: { conversion: (c = "") => ref("others", c), columns: ["char(6)"], good: orNull(fc.stringMatching(/^[A-Za-z0-9]{1,6}$/)), wild: anyText },
    refToInteger: {
      conversion: (c = "") => ref("others", c, { nullWhen: [0] }),
      columns: ["int NOT NULL"],
      good: orNull(fc.integer({ min: 1 }).map(String)),
      wild: anyText,
    },
    refOfTwo: {
      conversion: (c = "", d = "") => ref("others", [c, d]),
      columns: ["int", "char(4)"],
      good: orNull(fc.tuple(fc.nat(), fc.stringMatching(/^[A-Za-z0-9]{1,4}$/)).map(([left, right]) => `${left}~${right}`)),
      wild: anyText,
    },
    refOneOf: {
      conversion: (c = "", d = "", e = "") => refOneOf(c, { O: ref("orders", d), I: ref("invoices", e) }),
      columns: ["char(1) NOT NULL", "char(3)", "int"],
      good: orNull(typed),
      wild: fc.record({ type: fc.constantFrom("orders", "others"), id: anyText }),
    },
    refInText: {
      conversion: (c = "") => refInText(c, { "sale.line": "orders", i: "invoices" }, { separator: "," }),
      columns: ["varchar(20) NOT NULL"],
      good: orNull(typed),
      wild: fc.record({ type: fc.constantFrom("orders", "others"), id: anyText }),
    },
    bits: {
      conversion: (c = "") => bits(c, attributes, { whenWritten: "clear-unnamed" }),
      columns: ["int NOT NULL"],
      good: fc.array(fc.constantFrom("hazardous", "fragile", "cold", "heavy")),
      wild: fc.array(anyText),
      same: sameSet,
    },
    constant: { conversion: () => constant({ erp: "yes" }), columns: [], good: fc.constant({ erp: "yes" }), wild: fc.constantFrom({}, null, { erp: "no" }) },
    group: {
      conversion: (c = "", d = "") => group({ name: text(c), deep: group({ weight: decimal(d, { scale: 1 }) }) }),
      columns: ["char(8) NOT NULL", "int NOT NULL"],
      good: fc.record({ name: basicPlane(8), deep: fc.record({ weight: decimalText(5, 0).map((value) => `${value}.5`) }) }),
    },
    custom: {
      conversion: (c = "") =>
        custom({ columns: [c], read: (row) => Number(row[c]) + 1, write: (value) => (value > 1000 ? "Must be at most 1000." : { [c]: value - 1 }) }),
      columns: ["int NOT NULL"],
      good: fc.integer({ min: -500, max: 1000 }),
      wild: fc.integer(),
    },
  };
}

export interface Written {
  readonly id: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Runs a case set against one database. `insert` writes a row as the gateway's transactions do. */
export async function holdLaw(
  cases: Readonly<Record<string, Case>>,
  dialect: Dialect,
  dialectName: DialectName,
  database: ErpDatabase,
  create: (ddl: string) => Promise<unknown>,
  insert: (table: string, row: Readonly<Record<string, ErpValue>>) => Promise<unknown>,
): Promise<void> {
  const named = Object.entries(cases).map(([name, one], index) => {
    const columns = one.columns.map((_, at) => `c${index}_${at}`);
    return { name, one, columns, conversion: one.conversion(...columns) };
  });
  const source = { name: "erp", dialect: dialectName } as const;
  const definition = named.flatMap(({ one, columns }) => columns.map((column, at) => `${dialect.quote(column)} ${String(one.columns[at])}`));
  await create(
    `CREATE TABLE law (id int PRIMARY KEY, ${definition
      .map((column) =>
        column
          .replace(" NOT NULL", "")
          .replace(/ NULL$/, "")
          .concat(" NULL"),
      )
      .join(", ")})`,
  );
  await create(`CREATE TABLE law_strict (id int PRIMARY KEY, ${definition.join(", ")})`);
  const loose = await dialect.describe(database, undefined, ["law", "law_strict"]);
  // Judged by the columns as they are declared, kept in a table that takes rows with one field alone.
  const catalog: Catalog = new Map([["law", loose.get("law_strict") ?? new Map()]]);
  const binding = {
    ...defineSource<{ law: { id: number } }>({ name: "erp", dialect: dialectName }).bind(contractOf({}), {
      table: "law",
      key: "id",
      account: { kind: "shared", why: "a test" },
      fields: {},
    }).binding,
    fields: Object.fromEntries(named.map(({ name, conversion }) => [name, conversion])),
  };
  const resource: BoundResource = { contract: contractOf({}), source, binding };
  const seed = Math.floor(Math.random() * 2 ** 31);
  const rows: Written[] = [];
  const runs = 150;
  for (const kind of ["good", "wild"] as const) {
    const samples = named.map(({ one }) => fc.sample(one[kind] ?? one.good, { numRuns: runs, seed }));
    for (let run = 0; run < runs; run += 1) {
      const values: Record<string, unknown> = {};
      const row: Record<string, ErpValue> = { id: rows.length };
      for (const [index, { name, conversion }] of named.entries()) {
        const value = samples[index]?.[run];
        const made = inputColumns(resource, catalog, { [name]: value });
        if (made.kind === "columns") {
          values[name] = value;
          Object.assign(row, made.columns.row);
        } else {
          if (kind === "good") throw new Error(`${name} refused ${JSON.stringify(value)}: ${JSON.stringify(made.errors)} (seed ${seed})`);
          for (const { pointer = "", detail } of made.errors) {
            expect(pointer.startsWith(`/${name}`)).toBe(true);
            expect(detail).toMatch(/^[A-Z].*\.$/);
            for (const column of conversion.columns) expect(detail).not.toContain(String(column));
          }
        }
      }
      rows.push({ id: rows.length, values });
      try {
        await insert("law", row);
      } catch (error) {
        throw new Error(`the database refused ${JSON.stringify(row)} (seed ${seed})`, { cause: error });
      }
    }
  }
  const drift: DriftNote[] = [];
  const fields = named.map(({ name }) => name);
  const caller = { database, catalog: loose, accounts: [], drift: (note: DriftNote) => void drift.push(note) };
  const { items } = await resourceReader(resource, dialect).list(caller, listQuery({ limit: 2 * runs, sort: ["id"] }, ["id", ...fields]), null);
  expect(items).toHaveLength(2 * runs);
  const wrong: unknown[] = [];
  for (const [at, { values }] of rows.entries()) {
    for (const [field, value] of Object.entries(values)) {
      const back = items[at]?.[field];
      const same = cases[field]?.same;
      if (!(same === undefined ? JSON.stringify(back) === JSON.stringify(value) : same(back, value))) wrong.push({ field, value, back });
    }
  }
  expect(wrong, `seed ${seed}`).toEqual([]);
}
