/** Inputs as columns: what is written, what is left alone, and everything that does not fit, said at once with pointers. */
import {
  code,
  date,
  dateTime,
  decimal,
  defineSource,
  expression,
  flag,
  group,
  integer,
  lines,
  money,
  ref,
  sharedWithEveryPartner,
  sql,
  text,
  wire,
  z,
} from "sluice";
import { expect, test } from "vitest";
import type { Catalog, ColumnInfo } from "#erp/dialects/dialect.ts";
import { inputColumns } from "#erp/write/input-columns.ts";
import { contractOf } from "../support/contract.ts";

interface Tables {
  HDR: {
    NO: string;
    CO: string;
    TYP: string;
    ST: "1" | "2";
    REF: string;
    DUE: number;
    NET: number;
    FRT: number;
    CUR: string;
    NAM: string;
    CTY: string;
    CRY: string;
    CUS: string;
    HLD: string;
    CHD: number;
    CHT: number;
  };
  EXT: { NO: string; MEMO: string | null };
  LIN: { NO: string; SEQ: number; ITM: string; QTY: number };
  SCH: { NO: string; SEQ: number; AMT: number };
}

const char = (length: number): ColumnInfo => ({ type: "text", nullable: false, sqlType: "bpchar", length });
const int: ColumnInfo = { type: "integer", nullable: false, sqlType: "integer", min: -(2n ** 31n), max: 2n ** 31n - 1n };
const catalog: Catalog = new Map([
  [
    "x_HDR",
    new Map<string, ColumnInfo>([
      ...Object.entries({ NO: 10, CO: 2, TYP: 2, ST: 1, REF: 8, CUR: 3, NAM: 10, CTY: 5, CRY: 2, CUS: 6, HLD: 1 }).map(
        ([name, length]) => [name, char(length)] as const,
      ),
      ...["DUE", "NET", "FRT", "CHD", "CHT"].map((name) => [name, int] as const),
    ]),
  ],
  [
    "x_EXT",
    new Map<string, ColumnInfo>([
      ["NO", char(10)],
      ["MEMO", { ...char(6), nullable: true }],
    ]),
  ],
  [
    "x_LIN",
    new Map<string, ColumnInfo>([
      ["NO", char(10)],
      ["SEQ", int],
      ["ITM", char(4)],
      ["QTY", int],
    ]),
  ],
  [
    "x_SCH",
    new Map<string, ColumnInfo>([
      ["NO", char(10)],
      ["SEQ", int],
      ["AMT", int],
    ]),
  ],
]);

const things = contractOf({
  state: z.enum(["open", "held"]),
  status: z.enum(["open", "held"]),
  reference: z.string().nullable(),
  due: wire.date().nullable(),
  net: wire.money(),
  freight: wire.money(),
  ship_to: z.object({ name: z.string(), "city/town": z.string(), country: z.enum(["germany"]) }),
  customer_id: wire.id(),
  company: z.string(),
  held: z.boolean(),
  memo: z.string().nullable(),
  changed_at: wire.dateTime(),
  lines: z.array(z.object({ no: z.int(), item_id: wire.id(), quantity: wire.decimal(), schedule: z.array(z.object({ amount: z.int() })) })),
});
const bound = defineSource<Tables>({ name: "erp", dialect: "postgres", tablePrefix: "x_" }).bind(things, {
  table: "HDR",
  key: "NO",
  joins: { e: { table: "EXT", on: { NO: "NO" }, optional: true } },
  account: sharedWithEveryPartner("a test"),
  where: { CO: "01", TYP: ["SO", "SX"], HLD: { not: "X" } },
  fields: {
    state: code(
      expression(["ST"], ["1", "2"], (c) => sql`${c.ST}`),
      { "1": "open", "2": "held" },
    ),
    status: code("ST", { "1": "open", "2": "held" }),
    reference: text("REF", { nullWhen: [""] }),
    due: date("DUE", { nullWhen: [0] }),
    net: money("NET", "CUR", { scale: 2 }),
    freight: money("FRT", "CUR", { scale: 2 }),
    ship_to: group({ name: text("NAM"), "city/town": text("CTY"), country: code("CRY", { DE: "germany" }) }),
    customer_id: ref("customers", "CUS"),
    company: text("CO"),
    held: flag("HLD", { true: ["X"], false: [""] }),
    memo: text("e.MEMO"),
    changed_at: dateTime("CHD", "CHT", { zone: "UTC" }),
    lines: lines(
      "LIN",
      { NO: "NO" },
      {
        no: integer("SEQ"),
        item_id: ref("items", "ITM"),
        quantity: decimal("QTY", { scale: 3 }),
        schedule: lines("SCH", { NO: "NO", SEQ: "SEQ" }, { amount: integer("AMT") }, { sort: [] }),
      },
      { sort: ["SEQ"] },
    ),
  },
});

const columns = (input: Readonly<Record<string, unknown>>) => {
  const made = inputColumns(bound, catalog, input);
  if (made.kind === "unfit") throw new Error(JSON.stringify(made.errors));
  return made.columns;
};
const errors = (input: Readonly<Record<string, unknown>>) => {
  const made = inputColumns(bound, catalog, input);
  return made.kind === "unfit" ? made.errors.map(({ pointer, code: why, detail }) => [pointer, why, detail]) : [];
};

test("a whole input becomes the columns of the row and of its child rows", () => {
  expect(
    columns({
      status: "held",
      reference: null,
      due: "2026-01-31",
      net: { amount: "12.5", currency: "EUR" },
      ship_to: { name: "A", "city/town": "B", country: "germany" },
      customer_id: "C!201",
      memo: null,
      lines: [
        { item_id: "I1", quantity: "1.5" },
        { item_id: "I2", quantity: "2", no: 3, schedule: [{ amount: 1 }] },
      ],
      unknown: "left to the command",
      state: "left to the command, since an expression cannot be written",
    }),
  ).toEqual({
    row: { ST: "2", REF: "", DUE: "20260131", NET: "1250", CUR: "EUR", NAM: "A", CTY: "B", CRY: "DE", CUS: "C 1", "e.MEMO": null },
    rows: {
      lines: [
        { ITM: "I1", QTY: "1500" },
        { ITM: "I2", QTY: "2000", SEQ: 3 },
      ],
    },
  });
});

test("only what is there is written: members of a group, no lines", () => {
  expect(columns({ ship_to: { "city/town": "B" } })).toEqual({ row: { CTY: "B" }, rows: {} });
  expect(columns({ ship_to: {}, due: undefined })).toEqual({ row: {}, rows: {} });
  expect(columns({ lines: [] })).toEqual({ row: {}, rows: { lines: [] } });
});

test("all that does not fit is said at once, by pointers into the input, and names no column", () => {
  const found = errors({
    reference: "123456789",
    due: "2026-02-30",
    net: { amount: "99999999.99", currency: "EURO" },
    freight: { amount: "1.005", currency: "EUR" },
    ship_to: { name: "x ", "city/town": "Hamburg", country: "germany" },
    memo: "longer!",
    changed_at: "2026-01-31T08:30:00.5Z",
    lines: [{ quantity: "1" }, { quantity: "1.2345", item_id: "!!" }, { quantity: "9999999", item_id: "12345", schedule: [{ amount: 2 ** 40 }] }],
  });
  expect(found).toEqual([
    ["/reference", "too-long", "At most 8 characters."],
    ["/due", "not-storable", "Must be a date, YYYY-MM-DD."],
    ["/net/amount", "out-of-range", "Outside the range that can be stored."],
    ["/net/currency", "too-long", "At most 3 characters."],
    ["/freight", "too-precise", "Has more digits behind the point than can be stored."],
    ["/ship_to/name", "not-storable", "Must not end with a space."],
    ["/ship_to/city~1town", "too-long", "At most 5 characters."],
    ["/memo", "too-long", "At most 6 characters."],
    ["/changed_at", "not-storable", "Has a smaller fraction of a second than can be stored."],
    ["/lines/1/quantity", "too-precise", "Has more digits behind the point than can be stored."],
    ["/lines/1/item_id", "not-storable", "Is no id that could be stored."],
    ["/lines/2/quantity", "out-of-range", "Outside the range that can be stored."],
    ["/lines/2/item_id", "too-long", "At most 4 characters."],
    ["/lines/2/schedule/0/amount", "out-of-range", "Outside the range that can be stored."],
  ]);
});

test("two members that are stored as one must agree", () => {
  expect(errors({ net: { amount: "1", currency: "EUR" }, freight: { amount: "2", currency: "CHF" } })).toEqual([
    ["/freight/currency", "contradiction", "Must be the same as /net/currency: both are stored as one."],
  ]);
  expect(columns({ net: { amount: "1", currency: "EUR" }, freight: { amount: "2", currency: "EUR" } }).row).toEqual({ NET: "100", FRT: "200", CUR: "EUR" });
});

test("no value can take a row out of its resource", () => {
  expect(errors({ company: "02", held: true })).toEqual([
    ["/company", "not-storable", "Is not possible here."],
    ["/held", "not-storable", "Is not possible here."],
  ]);
  expect(columns({ company: "01", held: false }).row).toEqual({ CO: "01", HLD: "" });
});

test("what every object has is no field, and what is no list has no rows", () => {
  expect(columns(JSON.parse('{"__proto__": {"status": "held"}, "constructor": "x", "lines": "x"}'))).toEqual({ row: {}, rows: {} });
});
