/** Keyset pagination: a walk yields the rows in the database's own order, each once, whatever is written meanwhile. */

import fc from "fast-check";
import { defineSource, expression, integer, money, sql, text, wire, z } from "sluice";
import { beforeEach, expect, test } from "vitest";
import { contractOf } from "../support/contract.ts";
import { type Item, readingFrom } from "../support/reading.ts";

interface Tables {
  W: { Order: string; Line: number; CUS: string; A: number | null; B: string | null; C: string; D: number | null; E: string; F: number | null };
  WA: Tables["W"];
}

const reading = readingFrom(`
  CREATE TABLE "W" ("Order" char(6) NOT NULL, "Line" smallint NOT NULL, "CUS" varchar(4) NOT NULL, "A" int, "B" varchar(6), "C" char(4) NOT NULL, "D" float8, "E" numeric(8,2) NOT NULL, "F" float4, PRIMARY KEY ("Order", "Line"));
  CREATE TABLE "WA" ("Order" char(6) NOT NULL, "Line" smallint NOT NULL, "CUS" varchar(4) NOT NULL, "A" int, "B" varchar(6), "C" char(4), "D" float8, "E" numeric(8,2), "F" float4);
`);

const erp = defineSource<Tables>({ name: "erp", dialect: "postgres" });
const rows = contractOf(
  {
    a: z.int().nullable(),
    b: z.string().nullable(),
    c: z.string().nullable(),
    d: z.number().nullable(),
    e: wire.money(),
    f: z.number().nullable(),
    half: z.int().nullable(),
  },
  { sort: ["id", "a", "b", "c", "e.amount", "half"] },
);
const fields = {
  a: integer("A"),
  b: text("B"),
  c: text("C"),
  d: integer("D"),
  e: money("E", { currency: "EUR" }),
  f: integer("F"),
  half: integer(expression(["A"], "integer", (c) => sql`(${c.A} / 2)`)),
} as const;
const bound = erp.bind(rows, { table: "W", key: ["Order", "Line"], account: "CUS", fields });
const withArchive = erp.bind(rows, { table: "W", alsoIn: ["WA"], key: ["Order", "Line"], account: "CUS", fields });

/** SQL of each sortable path, written by hand. */
const columns: Readonly<Record<string, readonly string[]>> = {
  id: [`"Order"`, `"Line"`],
  a: [`"A"`],
  b: [`"B"`],
  c: [`"C"`],
  d: [`"D"`],
  "e.amount": [`"E"`],
  f: [`"F"`],
  half: [`("A" / 2)`],
};

const rowOf = fc.record({
  a: fc.option(fc.integer({ min: -2, max: 2 })),
  b: fc.option(fc.constantFrom("", "a", "A", "b", "ä", "null")),
  c: fc.constantFrom("", "x", "X", "xy"),
  d: fc.option(fc.constantFrom(0.1, 0.2, 0.30000000000000004, -0, NaN, Infinity, -Infinity)),
  e: fc.integer({ min: -3, max: 3 }),
  f: fc.option(fc.constantFrom(0.1, 16777217, 1e-40)),
});
const sortOf = fc.uniqueArray(fc.tuple(fc.constantFrom(...Object.keys(columns)), fc.boolean()), { maxLength: 4, selector: ([path]) => path });
type Row = typeof rowOf extends fc.Arbitrary<infer R> ? R : never;

async function insert(table: "W" | "WA", order: string, line: number, row: Row): Promise<void> {
  await reading.erp(`INSERT INTO "${table}" VALUES ($1, $2, 'C1', $3, $4, $5, $6, $7, $8)`, [
    order,
    line,
    row.a,
    row.b,
    row.c,
    row.d,
    (row.e / 2).toFixed(2),
    row.f,
  ]);
}

/** The database's own order, with the key as last resort in the direction of the last sort. */
async function inDatabaseOrder(from: string, sort: readonly (readonly [string, boolean])[]): Promise<readonly string[]> {
  const last = sort.at(-1)?.[1] ?? false;
  const given = sort.flatMap(([path, descending]) => (columns[path] ?? []).map((column) => ({ column, descending })));
  const order = [
    ...given,
    ...(columns["id"] ?? []).filter((column) => !given.some((one) => one.column === column)).map((column) => ({ column, descending: last })),
  ];
  const { rows: found } = await reading.erp(
    `SELECT trim("Order") || '~' || "Line" FROM ${from} t ORDER BY ${order.map(({ column, descending }) => `${column} ${descending ? "DESC" : "ASC"}`).join(", ")}`,
  );
  return found.map(([id]) => String(id));
}

const ids = (items: readonly Item[]): readonly unknown[] => items.map((item) => item["id"]);
const written = (sort: readonly (readonly [string, boolean])[]): readonly string[] => sort.map(([path, descending]) => `${descending ? "-" : ""}${path}`);

beforeEach(async () => void (await reading.erp(`TRUNCATE "W", "WA"`)));

test("a walk with any sort and page size yields every row once, in the database's order", async () => {
  const sample = fc.sample(rowOf, { numRuns: 70, seed: 3 });
  for (const [index, row] of sample.entries()) await insert("W", `O${index % 9}`, index, row);
  await fc.assert(
    fc.asyncProperty(sortOf, fc.integer({ min: 1, max: 30 }), async (sort, limit) => {
      expect(ids(await reading.walk(bound, ["C1"], { sort: written(sort), limit, fields: ["id"] }))).toEqual(await inDatabaseOrder(`"W"`, sort));
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("an archive that allows NULL where the current table does not loses no row", async () => {
  const sample = fc.sample(rowOf, { numRuns: 30, seed: 5 });
  for (const [index, row] of sample.entries()) await insert(index % 2 === 0 ? "W" : "WA", `O${index}`, index, row);
  await reading.erp(`UPDATE "WA" SET "C" = NULL WHERE "Line" % 3 = 0`);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(fc.constantFrom("c", "a", "e.amount"), fc.boolean()), { minLength: 1, maxLength: 3, selector: ([path]) => path }),
      async (sort) => {
        const all = await inDatabaseOrder(`(SELECT * FROM "W" UNION ALL SELECT * FROM "WA")`, sort);
        expect(ids(await reading.walk(withArchive, ["C1"], { sort: written(sort), limit: 4, fields: ["id"] }))).toEqual(all);
      },
    ),
    { numRuns: 20 },
  );
}, 60_000);

test("rows that are there throughout are seen exactly once while others come and go between pages", async () => {
  await fc.assert(
    fc.asyncProperty(
      sortOf,
      fc.array(rowOf, { minLength: 10, maxLength: 20 }),
      fc.infiniteStream(fc.tuple(rowOf, fc.nat(99))),
      fc.integer({ min: 1, max: 5 }),
      async (sort, sample, changes, limit) => {
        await reading.erp(`TRUNCATE "W"`);
        for (const [index, row] of sample.entries()) await insert("W", index % 2 === 0 ? "STAYS" : "GOES", index, row);
        const seen: Item[] = [];
        let next: Awaited<ReturnType<typeof reading.list>>["next"] = null;
        let coming = 1000;
        do {
          const page: Awaited<ReturnType<typeof reading.list>> = await reading.list(bound, ["C1"], { sort: written(sort), limit, fields: ["id"] }, next);
          seen.push(...page.items);
          next = page.next;
          const [row, chance] = changes.next().value;
          coming += 1;
          await insert("W", "COMES", coming, row);
          await reading.erp(`DELETE FROM "W" WHERE "Order" = 'GOES' AND "Line" = $1`, [chance % sample.length]);
          if (coming > 1060) break; // rows that keep coming at the end of the order would be followed for ever
        } while (next !== null);
        const stays = ids(seen).filter((id) => String(id).startsWith("STAYS"));
        expect(new Set(ids(seen)).size).toBe(seen.length);
        expect([...stays].sort()).toEqual(sample.flatMap((_, index) => (index % 2 === 0 ? [`STAYS~${index}`] : [])).sort());
      },
    ),
    { numRuns: 12 },
  );
}, 60_000);

test("the last page says that nothing follows, also when it is full", async () => {
  for (let line = 0; line < 4; line += 1) await insert("W", "O", line, { a: 1, b: null, c: "", d: null, e: 0, f: null });
  const first = await reading.list(bound, ["C1"], { limit: 2 });
  expect(first.next).not.toBeNull();
  expect(await reading.list(bound, ["C1"], { limit: 2 }, first.next)).toMatchObject({ items: [{ id: "O~2" }, { id: "O~3" }], next: null });
});
