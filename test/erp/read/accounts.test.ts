/** Whose row it is: every rule of account narrowing, for lists, filters and single reads. */

import fc from "fast-check";
import { anyOf, byGroup, defineSource, integer, sharedOrOwn, sharedWithEveryPartner, text, z } from "sluice";
import { expect, test } from "vitest";
import { contractOf } from "../support/contract.ts";
import { filter, type Item, readingFrom } from "../support/reading.ts";

interface Tables {
  INV: { NO: number; ORDNO: number; BILLTO: string; ASSOC: string | null; AMT: number };
  ORD: { ORDNO: number; SOLDTO: string; SHIPTO: string };
  NUM: { NO: number; ACCT: number };
  UID: { NO: number; ACCT: string };
}

const reading = readingFrom(`
  CREATE TABLE "ORD" ("ORDNO" int PRIMARY KEY, "SOLDTO" char(6) NOT NULL, "SHIPTO" char(6) NOT NULL);
  CREATE TABLE "INV" ("NO" int PRIMARY KEY, "ORDNO" int NOT NULL, "BILLTO" char(6) NOT NULL, "ASSOC" varchar(8), "AMT" int NOT NULL);
  CREATE TABLE "NUM" ("NO" int PRIMARY KEY, "ACCT" smallint NOT NULL);
  CREATE TABLE "UID" ("NO" int PRIMARY KEY, "ACCT" uuid NOT NULL);
  INSERT INTO "ORD" VALUES (1, 'A', 'B'), (2, 'B', 'A'), (3, 'C', 'C'), (4, '', '');
  INSERT INTO "INV" VALUES (11, 1, 'A', 'G1', 5), (12, 2, 'B', 'G2', 6), (13, 3, 'G1', NULL, 7), (14, 4, '', '', 8), (15, 3, 'C', 'A', 9), (16, 3, 'C', 'assoc:G1', 9);
  INSERT INTO "NUM" VALUES (1, 10), (2, 20);
  INSERT INTO "UID" VALUES (1, '00000000-0000-4000-8000-000000000001');
`);

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const invoices = contractOf({ amount: z.int() }, { filter: ["amount"], sort: ["amount"] });
const base = { table: "INV", key: "NO", fields: { amount: integer("AMT") } } as const;
const joins = { order: { table: "ORD", on: { ORDNO: "ORDNO" } } } as const;

const plain = erp.bind(invoices, { ...base, account: "BILLTO" });
const joined = erp.bind(invoices, { ...base, joins, account: "order.SOLDTO" });
const either = erp.bind(invoices, { ...base, joins, account: anyOf("order.SOLDTO", "order.SHIPTO") });
const grouped = erp.bind(invoices, { ...base, account: byGroup("ASSOC", "assoc") });
const groupedOrOwn = erp.bind(invoices, { ...base, account: anyOf("BILLTO", byGroup("ASSOC", "assoc")) });
const shared = erp.bind(invoices, { ...base, account: sharedWithEveryPartner("a price list") });
const own = erp.bind(invoices, { ...base, account: sharedOrOwn("BILLTO", [""]) });
const ownOrNull = erp.bind(invoices, { ...base, account: sharedOrOwn("ASSOC", [null, "G2"]) });

const ids = async (resource: typeof plain, accounts: readonly string[]): Promise<readonly unknown[]> =>
  (await reading.list(resource, accounts)).items.map((item: Item) => item["id"]);

test("an account column of the table itself", async () => {
  expect(await ids(plain, ["A"])).toEqual(["11"]);
  expect(await ids(plain, ["A", "C"])).toEqual(["11", "15", "16"]);
});

test("an account column of a joined table", async () => expect(await ids(joined, ["B"])).toEqual(["12"]));

test("several account columns: any of them", async () => {
  expect(await ids(either, ["A"])).toEqual(["11", "12"]);
  expect(await ids(either, ["C"])).toEqual(["13", "15", "16"]);
});

test("a group matches accounts of that group only, and a plain account never matches a group", async () => {
  expect(await ids(grouped, ["assoc:G1"])).toEqual(["11"]);
  expect(await ids(grouped, ["G1", "A", "other:G1", "assoc", "assoc:", "assocXG1", "assocs:G1"])).toEqual([]);
  expect(await ids(groupedOrOwn, ["G1"])).toEqual(["13"]);
  expect(await ids(groupedOrOwn, ["assoc:G1"])).toEqual(["11"]);
  expect(await ids(groupedOrOwn, ["assoc:A"])).toEqual(["15"]);
});

test("shared rows are everyone's, own rows only one's own", async () => {
  expect(await ids(shared, [])).toHaveLength(6);
  expect(await ids(own, ["A"])).toEqual(["11", "14"]);
  expect(await ids(ownOrNull, ["G1"])).toEqual(["11", "12", "13"]);
});

test.each([[[]], [[""]], [["   "]], [["assoc:"]], [[":"]], [["nobody"]], [["\u0000"]], [["A' OR '1'='1"]], [["%"]]])(
  "accounts %j own nothing, not even rows that belong to nobody",
  async (accounts) => {
    for (const resource of [plain, joined, either, grouped, groupedOrOwn]) {
      expect(await ids(resource, accounts)).toEqual([]);
      expect(await reading.get(resource, accounts, "14")).toBeUndefined();
    }
  },
);

test("numeric and uuid account columns take accounts of any text", async () => {
  const numbers = erp.bind(contractOf({ no: z.int() }), { table: "NUM", key: "NO", account: "ACCT", fields: { no: integer("NO") } });
  const uids = erp.bind(contractOf({ no: z.string() }), { table: "UID", key: "NO", account: "ACCT", fields: { no: text("NO") } });
  const odd = ["", "x", "1e1", "10.5", "99999999999999999999", "-", "0x0A", "NaN"];
  expect(await ids(numbers, odd)).toEqual([]);
  expect(await ids(numbers, [...odd, "10"])).toEqual(["1"]);
  expect(await ids(uids, odd)).toEqual([]);
  expect(await ids(uids, [...odd, "00000000-0000-4000-8000-000000000001"])).toEqual(["1"]);
});

test("no row of another account is ever read, whatever is asked", async () => {
  const owners = new Map([
    ["11", ["A", "B"]],
    ["12", ["A", "B"]],
    ["13", ["C"]],
    ["14", []],
    ["15", ["C"]],
    ["16", ["C"]],
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(["A", "B", "C", "G1", "assoc:G1", ""]),
      fc.constantFrom("5", "6", "7", "8", "9"),
      fc.constantFrom(...owners.keys()),
      async (accounts, amount, id) => {
        const may = (of: string): boolean => (owners.get(of) ?? []).some((owner) => accounts.includes(owner));
        const { items } = await reading.list(either, accounts, { filters: [filter("amount", amount)], sort: ["-amount"] });
        expect(items.every((item) => may(String(item["id"])))).toBe(true);
        expect((await reading.get(either, accounts, id)) !== undefined).toBe(may(id));
      },
    ),
    { numRuns: 60 },
  );
});
