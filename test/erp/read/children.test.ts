/** Child rows: which belong to which parent, in which order, in how many statements. */
import { date, defineSource, group, integer, lines, text, z } from "sluice";
import { expect, test } from "vitest";
import { contractOf } from "../support/contract.ts";
import { readingFrom } from "../support/reading.ts";

interface Tables {
  HDR: { COMPNY: string; NO: string; CUS: string; REFNO: string | null };
  LIN: { COMPNY: string; NO: string; SEQ: number; ITM: string };
  LINA: { COMPNY: string; NO: string; SEQ: number; ITM: string };
  SUB: { COMPNY: string; NO: string; SEQ: number; SUBSEQ: number; DAY: number };
  NOTE: { TYP: string; KEYNO: string; N: number; TXT: string };
}

const reading = readingFrom(`
  CREATE TABLE "HDR" ("COMPNY" char(2) NOT NULL, "NO" char(8) NOT NULL, "CUS" char(6) NOT NULL, "REFNO" varchar(8), PRIMARY KEY ("COMPNY", "NO"));
  CREATE TABLE "LIN" ("COMPNY" char(2) NOT NULL, "NO" char(10) NOT NULL, "SEQ" int NOT NULL, "ITM" char(8) NOT NULL);
  CREATE TABLE "LINA" (LIKE "LIN");
  CREATE TABLE "SUB" ("COMPNY" char(2) NOT NULL, "NO" char(10) NOT NULL, "SEQ" int NOT NULL, "SUBSEQ" int NOT NULL, "DAY" int NOT NULL);
  CREATE TABLE "NOTE" ("TYP" char(2) NOT NULL, "KEYNO" varchar(20) NOT NULL, "N" int NOT NULL, "TXT" text NOT NULL);
  INSERT INTO "HDR" VALUES ('01', 'A1', 'C1', 'null'), ('02', 'A1', 'C1', NULL), ('01', 'B', 'C1', 'x'), ('02', 'CCCCCCCC', 'C1', NULL), ('01', 'Z', 'C2', 'z');
  INSERT INTO "LIN" VALUES ('01', 'A1', 20, 'second'), ('01', 'A1', 10, 'first'), ('02', 'A1', 10, 'other'), ('02', 'CCCCCCCC', 10, 'long'), ('01', 'Z', 10, 'foreign');
  INSERT INTO "LINA" VALUES ('01', 'A1', 5, 'archived');
  INSERT INTO "SUB" VALUES ('01', 'A1', 10, 1, 20260131), ('01', 'A1', 20, 1, 20260201), ('02', 'A1', 10, 1, 20260301), ('01', 'A1', 10, 2, 20260401);
  INSERT INTO "NOTE" VALUES ('OH', 'A1', 1, 'an order'), ('IH', 'A1', 1, 'an invoice'), ('OH', 'null', 1, 'nobody''s');
`);

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const Sub = z.object({ day: z.string(), at: z.object({ step: z.int() }) });
const orders = contractOf({
  lines: z.array(z.object({ seq: z.int(), item: z.string(), schedule: z.array(Sub) })),
  notes: z.array(z.object({ text: z.string() })),
  by_reference: z.array(z.object({ text: z.string() })),
});

const bound = erp.bind(orders, {
  table: "HDR",
  key: ["COMPNY", "NO"],
  account: "CUS",
  fields: {
    lines: lines(
      "LIN",
      { COMPNY: "COMPNY", NO: "NO" },
      {
        seq: integer("SEQ"),
        item: text("ITM"),
        schedule: lines("SUB", { COMPNY: "COMPNY", NO: "NO", SEQ: "SEQ" }, { day: date("DAY"), at: group({ step: integer("SUBSEQ") }) }, { sort: ["SUBSEQ"] }),
      },
      { sort: ["SEQ"], alsoIn: ["LINA"] },
    ),
    notes: lines("NOTE", { KEYNO: "NO" }, { text: text("TXT") }, { sort: ["N"], where: { TYP: "OH" } }),
    by_reference: lines("NOTE", { KEYNO: "REFNO" }, { text: text("TXT") }, { sort: ["N"] }),
  },
});

test("children of several levels are found by all tying columns, for parents of different companies, archives included and in order", async () => {
  const { items } = await reading.list(bound, ["C1"], { fields: ["id", "lines"] });
  const line = (seq: number, item: string, schedule: readonly unknown[] = []) => ({ seq, item, schedule });
  expect(items).toEqual([
    {
      id: "01~A1",
      lines: [
        line(5, "archived"),
        line(10, "first", [
          { day: "2026-01-31", at: { step: 1 } },
          { day: "2026-04-01", at: { step: 2 } },
        ]),
        line(20, "second", [{ day: "2026-02-01", at: { step: 1 } }]),
      ],
    },
    { id: "01~B", lines: [] },
    { id: "02~A1", lines: [line(10, "other", [{ day: "2026-03-01", at: { step: 1 } }])] },
    { id: "02~CCCCCCCC", lines: [line(10, "long")] },
  ]);
});

test("a page takes one statement per level, however many parents it has", async () => {
  reading.took();
  await reading.list(bound, ["C1", "C2"]);
  expect(reading.took().statements).toHaveLength(5); // orders, lines, schedule, notes, by_reference
});

test("a page tells in which fields something is null, on every level", async () => {
  const nullable = contractOf({ ref: z.string().nullable(), own: z.string().nullable(), lines: z.array(z.object({ item: z.string().nullable() })) });
  const item = text("ITM", { nullWhen: ["other"] });
  const fields = { ref: text("REFNO"), own: text("CUS"), lines: lines("LIN", { COMPNY: "COMPNY", NO: "NO" }, { item }, { sort: ["SEQ"] }) };
  const resource = erp.bind(nullable, { table: "HDR", key: ["COMPNY", "NO"], account: "CUS", fields });
  expect((await reading.list(resource, ["C1"])).nulls).toEqual(new Set(["ref", "lines.item"]));
  expect((await reading.list(resource, ["C2"])).nulls).toEqual(new Set());
  expect((await reading.get(resource, ["C1"], "01~A1"))?.nulls).toEqual(new Set());
  expect((await reading.get(resource, ["C1"], "02~A1"))?.nulls).toEqual(new Set(["ref", "lines.item"]));
});

test("a page without parents reads no children", async () => {
  reading.took();
  expect(await reading.list(bound, ["nobody"])).toEqual({ items: [], next: null, nulls: new Set() });
  expect(reading.took().statements).toHaveLength(1);
});

test("a table shared by many kinds of parents gives each its own kind only", async () => {
  const found = await reading.get(bound, ["C1"], "01~A1");
  expect(found?.item["notes"]).toEqual([{ text: "an order" }]);
});

test("NULL ties to no child, not even to one whose key reads null", async () => {
  const { items } = await reading.list(bound, ["C1"], { fields: ["id", "by_reference"] });
  expect(items.map((item) => [item["id"], item["by_reference"]])).toEqual([
    ["01~A1", [{ text: "nobody's" }]],
    ["01~B", []],
    ["02~A1", []],
    ["02~CCCCCCCC", []],
  ]);
});

test("the digest of a thing changes with its child rows, and with them only", async () => {
  const before = await reading.get(bound, ["C1"], "01~A1");
  await reading.erp(`UPDATE "SUB" SET "DAY" = 20261231 WHERE "NO" = 'A1' AND "COMPNY" = '02'`);
  expect((await reading.get(bound, ["C1"], "01~A1"))?.tag).toBe(before?.tag);
  await reading.erp(`UPDATE "SUB" SET "DAY" = 20260202 WHERE "NO" = 'A1' AND "COMPNY" = '01' AND "SEQ" = 20`);
  expect((await reading.get(bound, ["C1"], "01~A1"))?.tag).not.toBe(before?.tag);
});
