/** Which rows make a resource: fixed conditions, joins, archives, views, functions; and how they are named and keyed. */
import { date, dateTime, defineSource, expression, integer, sharedWithEveryPartner, sql, text, z } from "sluice";
import { expect, test } from "vitest";
import { contractOf } from "../support/contract.ts";
import { filter, readingFrom } from "../support/reading.ts";

interface Tables {
  DOC: { CO: string; TYP: number; NO: string; DEL: string | null; TPL: number | null; WEIRD: number };
  DOCA: Tables["DOC"];
  TPL: { ID: number; NAME: string; MAKER: number | null };
  MAKER: { ID: number; NAME: string };
  VIEWED: { NO: string | null; N: number | null };
  DOCS_OF: { NO: string; N: number };
  DOCS_IN: Tables["DOC"];
  'Sales "Order".v2': { "No. ": string; "Unit.Price": number; "j_select.x": string; "a/b": string };
  KEYED: { A: string; B: number; C: string; D: string; E: string; F: string };
}

const reading = readingFrom(`
  CREATE TABLE "DOC" ("CO" char(2) NOT NULL, "TYP" smallint NOT NULL, "NO" char(6) NOT NULL, "DEL" char(1), "TPL" int, "WEIRD" int NOT NULL DEFAULT 0);
  CREATE TABLE "DOCA" (LIKE "DOC"); ALTER TABLE "DOCA" ADD COLUMN "EXTRA" text; ALTER TABLE "DOCA" DROP COLUMN "WEIRD"; ALTER TABLE "DOCA" ADD COLUMN "WEIRD" int DEFAULT 0;
  CREATE TABLE "TPL" ("ID" int PRIMARY KEY, "NAME" varchar(20) NOT NULL, "MAKER" int);
  CREATE TABLE "MAKER" ("ID" int PRIMARY KEY, "NAME" varchar(20) NOT NULL);
  INSERT INTO "MAKER" VALUES (7, 'Seven');
  INSERT INTO "TPL" VALUES (1, 'Hammer', 7), (2, 'Nail', NULL);
  INSERT INTO "DOC" VALUES ('01', 10, 'O1', NULL, 1), ('01', 10, 'O2', 'D', 2), ('01', 20, 'I1', '', 2), ('02', 10, 'O3', 'X', NULL), ('01', 30, 'C1', 'N', 9);
  INSERT INTO "DOCA" ("CO", "TYP", "NO", "DEL", "TPL") VALUES ('01', 10, 'OLD', '', 1);
  CREATE VIEW "VIEWED" AS SELECT "NO", count(*) AS "N" FROM "DOC" GROUP BY "NO";
  CREATE FUNCTION "DOCS_OF"(co text, typ int) RETURNS TABLE ("NO" char(6), "N" int) LANGUAGE sql AS 'SELECT "NO", 1 FROM "DOC" WHERE "CO" = $1 AND "TYP" = $2';
  CREATE FUNCTION "DOCS_IN"(co text) RETURNS SETOF "DOC" LANGUAGE sql AS 'SELECT * FROM "DOC" WHERE "CO" = $1';
  CREATE TABLE "Sales ""Order"".v2" ("No. " varchar(8) PRIMARY KEY, "Unit.Price" int NOT NULL, "j_select.x" text NOT NULL, "a/b" text NOT NULL);
  INSERT INTO "Sales ""Order"".v2" VALUES ('S1', 5, 'dotted', 'slashed');
  CREATE TABLE "KEYED" ("A" char(4) NOT NULL, "B" int NOT NULL, "C" numeric(6,2) NOT NULL, "D" date NOT NULL, "E" timestamp NOT NULL, "F" uuid NOT NULL);
  INSERT INTO "KEYED" VALUES ('a ~', -3, 12.50, '2026-01-31', '2026-01-31 09:30:00.25', '00000000-0000-4000-8000-00000000000a'), ('', 0, 0, '1999-12-31', '1999-12-31 00:00:00', '00000000-0000-4000-8000-00000000000b');
  CREATE SCHEMA co02; CREATE TABLE co02."XDOC" (LIKE "DOC"); INSERT INTO co02."XDOC" VALUES ('02', 10, 'SCHEMA', NULL, NULL, 0);
`);

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const everyone = sharedWithEveryPartner("a test");
const docs = contractOf({ no: z.string().nullable() }, { filter: ["no"], sort: ["no"] });
const base = { table: "DOC", key: ["CO", "NO"], account: everyone, fields: { no: text("NO") } } as const;
const numbers = async (resource: Parameters<typeof reading.list>[0], query = {}): Promise<readonly unknown[]> =>
  (await reading.list(resource, [], query)).items.map((item) => item["no"]);

test.each([
  ["a value", { TYP: 10, CO: "01" }, ["O1", "O2"]],
  ["one of several", { TYP: [20, 30] }, ["C1", "I1"]],
  ["none of several, NULL being none of them", { DEL: { not: ["D", "X"] } }, ["C1", "I1", "O1"]],
  ["NULL", { DEL: null }, ["O1"]],
  ["NULL or a value", { DEL: [null, "N"] }, ["C1", "O1"]],
  ["not NULL", { DEL: { not: null } }, ["C1", "I1", "O2", "O3"]],
  ["not NULL and not a value", { DEL: { not: [null, "D"] } }, ["C1", "I1", "O3"]],
  ["blank", { DEL: "" }, ["I1"]],
  ["nothing to exclude", { DEL: { not: [] } }, ["C1", "I1", "O1", "O2", "O3"]],
  ["one of none", { DEL: [] }, []],
])("a fixed condition: %s", async (_what, where, expected) => {
  expect(await numbers(erp.bind(docs, { ...base, where }), { sort: ["no"] })).toEqual(expected);
});

test("one table holds several resources, and none is found under another's id", async () => {
  const orders = erp.bind(docs, { ...base, where: { TYP: 10, CO: "01" } });
  const invoices = erp.bind(docs, { ...base, where: { TYP: 20 } });
  expect(await numbers(invoices)).toEqual(["I1"]);
  expect(await reading.get(orders, [], "01~O1")).toBeDefined();
  expect(await reading.get(invoices, [], "01~O1")).toBeUndefined();
});

test("an expression that rows must fulfil", async () => {
  const only = [expression(["TYP", "WEIRD"], "boolean", (c) => sql`(${c.TYP} > ${15} AND ${c.WEIRD} = 0)`)];
  expect(await numbers(erp.bind(docs, { ...base, only }), { sort: ["-no"] })).toEqual(["I1", "C1"]);
});

const named = contractOf({ no: z.string(), name: z.string().nullable(), maker: z.string().nullable() }, { filter: ["name", "maker"], sort: ["name", "maker"] });
const joins = (optional: boolean) =>
  ({ select: { table: "TPL", on: { ID: "TPL" }, optional }, user: { table: "MAKER", on: { ID: "select.MAKER" }, optional } }) as const;
const joinedFields = { no: text("NO"), name: text("select.NAME"), maker: text("user.NAME") } as const;

test("an inner join drops rows without a partner, an optional one keeps them with nulls", async () => {
  expect(await numbers(erp.bind(named, { ...base, joins: joins(false), fields: joinedFields }))).toEqual(["O1"]);
  const optional = erp.bind(named, { ...base, joins: joins(true), fields: joinedFields });
  const { items } = await reading.list(optional, [], { sort: ["name"] });
  expect(items.map((item) => [item["no"], item["name"], item["maker"]])).toEqual([
    ["O1", "Hammer", "Seven"],
    ["I1", "Nail", null],
    ["O2", "Nail", null],
    ["C1", null, null],
    ["O3", null, null],
  ]);
});

test("an optional join is made only where something needs it: a field, a filter, a sort, or an inner join behind it", async () => {
  const optional = erp.bind(named, { ...base, joins: joins(true), fields: joinedFields });
  const joinsIn = async (query: object): Promise<number> => {
    reading.took();
    await reading.list(optional, [], query);
    return (reading.took().statements[0]?.text.match(/JOIN/g) ?? []).length;
  };
  expect(await joinsIn({ fields: ["id", "no"] })).toBe(0);
  expect(await joinsIn({ fields: ["id"], filters: [filter("name", "Nail")] })).toBe(1);
  expect(await joinsIn({ fields: ["id"], sort: ["maker"] })).toBe(2);
  const behind = { select: { table: "TPL", on: { ID: "TPL" }, optional: true }, user: { table: "MAKER", on: { ID: "select.MAKER" } } } as const;
  expect(await numbers(erp.bind(contractOf({ no: z.string() }), { ...base, joins: behind, fields: { no: text("NO") } }))).toEqual(["O1"]);
});

test("an archive is read as one with its table, whatever other columns it has and in whatever order", async () => {
  const both = erp.bind(docs, { ...base, alsoIn: ["DOCA"], where: { TYP: 10, WEIRD: 0 } });
  expect(await numbers(both, { sort: ["no"] })).toEqual(["O1", "O2", "O3", "OLD"]);
  expect(await reading.get(both, [], "01~OLD")).toBeDefined();
});

test("views and set-returning functions are read like tables", async () => {
  const counted = contractOf({ no: z.string().nullable(), n: z.int().nullable() }, { filter: ["n"], sort: ["no"] });
  const view = erp.bind(counted, { table: "VIEWED", key: "NO", account: everyone, fields: { no: text("NO"), n: integer("N") } });
  expect(await numbers(view, { sort: ["-no"], filters: [filter("n", "1")] })).toEqual(["O3", "O2", "O1", "I1", "C1"]);
  const called = erp.bind(counted, { table: "DOCS_OF", args: ["01", 10], key: "NO", account: everyone, fields: { no: text("NO"), n: integer("N") } });
  expect(await numbers(called, { sort: ["no"], filters: [filter("n", "1", "999999999999999")] })).toEqual(["O1", "O2"]);
  const rows = erp.bind(contractOf({ no: z.string(), n: z.int() }, { filter: ["n"] }), {
    table: "DOCS_IN",
    args: ["01"],
    key: "NO",
    account: everyone,
    fields: { no: text("NO"), n: integer("TYP") },
  });
  expect(await numbers(rows, { filters: [filter("n", "20", "999999999999999")] })).toEqual(["I1"]);
});

test("quoted, mixed-case, dotted and slashed names are taken as they are", async () => {
  const odd = contractOf({ no: z.string(), price: z.int(), dotted: z.string(), slashed: z.string() }, { filter: ["price"], sort: ["price"] });
  const fields = { no: text("No. "), price: integer("Unit.Price"), dotted: text("j_select.x"), slashed: text("a/b") };
  const bound = erp.bind(odd, { table: 'Sales "Order".v2', key: "No. ", account: everyone, where: { "Unit.Price": 5 }, fields });
  expect((await reading.list(bound, [], { sort: ["-price"], filters: [filter("price", "5")] })).items).toEqual([
    { id: "S1", no: "S1", price: 5, dotted: "dotted", slashed: "slashed" },
  ]);
  expect(await numbers(erp.bind(odd, { table: 'Sales "Order".v2', alsoIn: ['Sales "Order".v2'], key: "No. ", account: everyone, fields }))).toEqual([
    "S1",
    "S1",
  ]);
});

test("a schema per company and a prefix of table names", async () => {
  const company = defineSource<Tables>({ name: "erp", dialect: "postgres", schema: "co02", tablePrefix: "X" });
  expect(await numbers(company.bind(docs, base))).toEqual(["SCHEMA"]);
});

test("a key of text, integer, decimal, date, timestamp and uuid becomes an id and leads back", async () => {
  const keyed = contractOf({ day: z.string(), at: z.string() }, { filter: ["id", "day"], sort: ["id", "at", "day"] });
  const bound = erp.bind(keyed, {
    table: "KEYED",
    key: ["A", "B", "C", "D", "E", "F"],
    account: everyone,
    fields: { day: date("D", { as: "native" }), at: dateTime("E", { zone: "UTC" }) },
  });
  const { items } = await reading.list(bound, [], { sort: ["-day", "-id"], filters: [filter("day", "2026-01-31", "1999-12-31")] });
  expect(items).toHaveLength(2);
  for (const { id } of items) {
    expect((await reading.get(bound, [], String(id)))?.item["id"]).toBe(id);
    expect((await reading.list(bound, [], { filters: [filter("id", String(id))] })).items.map((item) => item["id"])).toEqual([id]);
  }
  const [first = ""] = items.map((item) => String(item["id"]));
  const parts = first.split("~");
  // Each part in turn replaced by what its column's type cannot hold, or holds in another spelling.
  for (const [at] of parts.entries()) {
    for (const odd of ["!", "x", "!00", "99999999999", "2026-02-30", "-3.0", "012", "!C3", "2026-01-31 25!3A00!3A00", "infinity"]) {
      const id = parts.map((part, index) => (index === at ? odd : part)).join("~");
      expect(await reading.get(bound, [], id), id).toBeUndefined();
    }
  }
  expect(await reading.get(bound, [], parts.slice(1).join("~"))).toBeUndefined();
  expect(await reading.get(bound, [], `${first}~`)).toBeUndefined();
});
