/** Values that ERPs compute, refer to and spread over tables, read and filtered on a real database. */
import {
  bit,
  bits,
  code,
  computed,
  custom,
  decimal,
  defineSource,
  expression,
  flag,
  fromRows,
  group,
  integer,
  lookup,
  money,
  ref,
  refInText,
  refOneOf,
  sharedWithEveryPartner,
  sql,
  sum,
  text,
  wire,
  z,
} from "sluice";
import { expect, test } from "vitest";
import { contractOf } from "../support/contract.ts";
import { filter, range, readingFrom } from "../support/reading.ts";

interface Tables {
  SO: {
    NO: number;
    ST1: "A" | "B";
    ST2: string;
    ST3: string;
    HOLD: string;
    ATR: number;
    AMT: number;
    TAX: number;
    DISC: number;
    DRCR: "D" | "C";
    REFTYP: string;
    REFNO: string;
    ORIGIN: string;
    MEMO: Uint8Array;
    QTYB: number;
    UNIT: string;
  };
  SOL: { NO: number; SEQ: number; QTY: number; SHP: number };
  EAV: { NO: number; ATTR: string; VAL: string };
  TXT: { NO: number; LANG: string; TXT: string };
}

const reading = readingFrom(`
  CREATE TABLE "SO" ("NO" int PRIMARY KEY, "ST1" char(1) NOT NULL, "ST2" char(1) NOT NULL, "ST3" char(1) NOT NULL, "HOLD" char(1) NOT NULL, "ATR" int NOT NULL, "AMT" int NOT NULL, "TAX" int NOT NULL, "DISC" int NOT NULL,
    "DRCR" char(1) NOT NULL, "REFTYP" char(2) NOT NULL, "REFNO" varchar(8) NOT NULL, "ORIGIN" varchar(30) NOT NULL, "MEMO" bytea NOT NULL, "QTYB" int NOT NULL, "UNIT" char(3) NOT NULL);
  CREATE TABLE "SOL" ("NO" int NOT NULL, "SEQ" int NOT NULL, "QTY" int NOT NULL, "SHP" int NOT NULL);
  CREATE TABLE "EAV" ("NO" int NOT NULL, "ATTR" varchar(10) NOT NULL, "VAL" varchar(20) NOT NULL);
  CREATE TABLE "TXT" ("NO" int NOT NULL, "LANG" char(2) NOT NULL, "TXT" varchar(20) NOT NULL);
  INSERT INTO "SO" VALUES
    (1, 'A', 'x', '1', 'N', 5, 10000, 1900, 500, 'D', 'O', 'R1', 'sale.line,17', '\\xfc62', 24, 'DZ'),
    (2, 'B', 'x', '2', 'Y', 0, 2147483647, 2147483647, 0, 'C', 'I', 'R2', '', '\\x', 7, 'PC'),
    (3, 'B', 'y', '3', 'N', 2, 0, 0, 0, 'D', '', '', 'unknown,1', '\\xe4', 0, 'PC');
  INSERT INTO "SOL" VALUES (1, 1, 10, 10), (1, 2, 5, 5), (2, 1, 3, 1);
  INSERT INTO "EAV" VALUES (1, 'color', 'red'), (1, 'size', 'XL'), (2, 'color', 'blue');
  INSERT INTO "TXT" VALUES (1, 'EN', 'Hammer'), (1, 'DE', 'der Hammer'), (2, 'DE', 'Nagel');
`);

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const Reference = z.object({ type: z.string(), id: z.string() }).nullable();
const things = contractOf(
  {
    state: z.enum(["held", "open", "done", "new"]),
    progress: z.enum(["none", "partly", "all"]),
    attributes: z.array(z.enum(["hazardous", "fragile", "cold"])),
    fragile: z.boolean(),
    net: wire.decimal(),
    signed: wire.money(),
    document: Reference,
    origin: Reference,
    direct: z.string(),
    color: z.string().nullable(),
    title: z.string().nullable(),
    memo: z.string(),
    quantity: wire.decimal(),
    pieces: z.int(),
    ordered: z.int().nullable(),
    label: z.string(),
    nested: z.object({ deep: z.object({ color: z.string().nullable() }) }),
  },
  {
    filter: ["state", "progress", "fragile", "net", "signed.amount", "direct", "color", "title", "pieces", "ordered"],
    sort: ["net", "signed.amount", "color", "title", "pieces", "ordered"],
  },
);

const state = expression(
  ["ST1", "ST2", "ST3", "HOLD"],
  ["H", "A", "Bx", "By"],
  (c) => sql`CASE WHEN ${c.HOLD} = 'Y' THEN 'H' WHEN ${c.ST1} = 'A' THEN 'A' ELSE 'B' || ${c.ST2} END`,
);
const progress = fromRows(
  "SOL",
  { NO: "NO" },
  ["QTY", "SHP"],
  ["0", "1", "2"],
  (c) => sql`CASE WHEN COUNT(*) = 0 OR SUM(${c.SHP}) = 0 THEN '0' WHEN SUM(${c.SHP}) < SUM(${c.QTY}) THEN '1' ELSE '2' END`,
);
const sign = expression(["AMT", "DRCR"], "integer", (c) => sql`(CASE WHEN ${c.DRCR} = 'C' THEN -1 ELSE 1 END * ${c.AMT}::bigint)`);
const pieces = expression(["QTYB", "UNIT"], "integer", (c) => sql`(${c.QTYB} * CASE ${c.UNIT} WHEN 'DZ' THEN 12 ELSE 1 END)`);
const color = lookup("EAV", { NO: "NO" }, "VAL", { where: { ATTR: "color" } });

const bound = erp.bind(things, {
  table: "SO",
  key: "NO",
  account: sharedWithEveryPartner("a test"),
  fields: {
    state: code(state, { H: "held", A: "new", Bx: "open", By: "done" }),
    progress: code(progress, { "0": "none", "1": "partly", "2": "all" }),
    attributes: bits("ATR", { 1: "hazardous", 4: "fragile", 2: "cold" }),
    fragile: flag(bit("ATR", 4)),
    net: decimal(
      expression(["AMT", "TAX", "DISC"], "decimal", (c) => sql`(${c.AMT}::numeric - ${c.TAX} - ${c.DISC})`),
      { scale: 2 },
    ),
    signed: money(sign, { currency: "EUR" }, { scale: 2 }),
    document: refOneOf("REFTYP", { O: ref("orders", "REFNO"), I: ref("invoices", "REFNO") }),
    origin: refInText("ORIGIN", { "sale.line": "lines" }, { separator: "," }),
    direct: ref("others", "REFNO"),
    color: text(color),
    title: text(lookup("TXT", { NO: "NO" }, "TXT", { where: { LANG: "EN" } })),
    memo: text("MEMO", { encoding: "latin1" }),
    quantity: decimal(sum("integer", "QTYB", "-DISC"), { scale: 3 }),
    pieces: integer(pieces),
    ordered: integer(fromRows("SOL", { NO: "NO" }, ["QTY"], "integer", (c) => sql`SUM(${c.QTY})`)),
    label: computed(["UNIT", "QTYB"], ({ UNIT, QTYB }) => `${String(QTYB)} ${String(UNIT).trim()}`),
    nested: group({ deep: group({ color: text(color) }) }),
  },
});

const found = async (...filters: readonly Parameters<typeof filter>[]): Promise<readonly unknown[]> =>
  (await reading.list(bound, [], { filters: filters.map((one) => filter(...one)) })).items.map((item) => item["id"]);

test("all of them are read", async () => {
  reading.took();
  const { items } = await reading.list(bound, []);
  expect(items[0]).toEqual({
    id: "1",
    state: "new",
    progress: "all",
    attributes: ["hazardous", "fragile"],
    fragile: true,
    net: "76.00",
    signed: { amount: "100.00", currency: "EUR" },
    document: { type: "orders", id: "R1" },
    origin: { type: "lines", id: "17" },
    direct: "R1",
    color: "red",
    title: "Hammer",
    memo: "üb",
    quantity: "-0.476",
    pieces: 288,
    ordered: 15,
    label: "24 DZ",
    nested: { deep: { color: "red" } },
  });
  expect(items[1]).toMatchObject({
    state: "held",
    progress: "partly",
    net: "0.00",
    signed: { amount: "-21474836.47" },
    document: { type: "invoices", id: "R2" },
    origin: null,
    title: null,
    memo: "",
    ordered: 3,
  });
  expect(items[2]).toMatchObject({
    state: "done",
    progress: "none",
    attributes: ["cold"],
    document: null,
    origin: null,
    color: null,
    ordered: null,
    nested: { deep: { color: null } },
  });
  expect(reading.took().drift).toMatchObject([{ resource: "things", id: "3", conversion: "refInText", columns: "ORIGIN" }]);
});

test("a status of several columns, or of child rows, is a filter", async () => {
  expect(await found(["state", "held", "done"])).toEqual(["2", "3"]);
  expect(await found(["state", "open"])).toEqual([]);
  expect(await found(["progress", "partly"])).toEqual(["2"]);
  expect(await found(["progress", "all", "none"], ["state", "new"])).toEqual(["1"]);
});

test("bits, signs, factors, key-value fields, texts by language and references are filters", async () => {
  expect(await found(["fragile", "true"])).toEqual(["1"]);
  expect(await found(["fragile", "false"])).toEqual(["2", "3"]);
  expect(await found(["signed.amount", "-21474836.47", "0"])).toEqual(["2", "3"]);
  expect(await found(["pieces", "288"])).toEqual(["1"]);
  expect(await found(["color", "red", "blue"])).toEqual(["1", "2"]);
  expect(await found(["title", "Hammer"])).toEqual(["1"]);
  expect(await found(["title", "der Hammer"])).toEqual([]);
  expect(await found(["direct", "R2", "!00"])).toEqual(["2"]);
});

test("numbers that an expression's type cannot hold are found to equal nothing, and to lie beyond everything", async () => {
  const far = "999999999999999";
  for (const path of ["pieces", "ordered", "net"]) expect(await found([path, far, `-${far}`])).toEqual([]);
  const below = await reading.list(bound, [], { filters: [range("pieces", "lt", far), range("pieces", "gt", `-${far}`)] });
  expect(below.items).toHaveLength(3);
});

test("expressions are sorted by, NULLs where the database puts them", async () => {
  const order = async (...sort: readonly string[]) => (await reading.walk(bound, [], { sort, limit: 1 })).map((item) => item["id"]);
  expect(await order("ordered")).toEqual(["2", "1", "3"]);
  expect(await order("-ordered")).toEqual(["3", "1", "2"]);
  expect(await order("color", "-pieces")).toEqual(["2", "1", "3"]);
  expect(await order("-signed.amount")).toEqual(["1", "3", "2"]);
});

test("a column that no field names is in no statement", async () => {
  reading.took();
  const narrow = erp.bind(contractOf({ unit: z.string(), odd: z.string() }), {
    table: "SO",
    key: "NO",
    account: sharedWithEveryPartner("a test"),
    fields: { unit: text("UNIT"), odd: custom({ columns: ["ST1"], read: ({ ST1 }) => String(ST1) }) },
  });
  await reading.list(narrow, []);
  await reading.get(narrow, [], "1");
  for (const { text: statement } of reading.took().statements)
    expect(statement.match(/"[A-Z0-9]+"/g)?.filter((name) => !['"SO"', '"NO"', '"UNIT"', '"ST1"'].includes(name))).toEqual([]);
});
