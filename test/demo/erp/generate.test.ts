/** The generator: the same ERP for the same seed, another for another, and every table filled. */
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { createSchema, generate } from "../../../demo/erp/generate.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";

const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** Rows and a checksum per table, independent of the order of rows. */
async function digest(orders: number, seed: number): Promise<Record<string, string>> {
  const database = await createDatabase();
  databases.push(database);
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await createSchema(client);
    await generate(client, { orders, seed });
    const { rows: tables } = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    const digests: Record<string, string> = {};
    for (const { name } of tables) {
      const { rows } = await client.query<{ digest: string }>(
        `SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::TEXT, 0)), 0) AS digest FROM "${name}" t`,
      );
      digests[name] = rows[0]?.digest ?? "";
    }
    return digests;
  } finally {
    await client.end();
  }
}

test("the same seed gives the same rows in every table, another seed other orders", async () => {
  const first = await digest(400, 1);
  expect(await digest(400, 1)).toEqual(first);
  const other = await digest(400, 2);
  for (const table of ["CUSMAS", "ITMMAS", "OEHDR", "OELIN", "SHHDR", "INHDR", "ARPAY"]) {
    expect(other[table], table).not.toBe(first[table]);
  }
}, 180_000);

test("every table has rows", async () => {
  const empty = Object.entries(await digest(400, 3)).filter(([, value]) => value.startsWith("0 "));
  expect(empty).toEqual([]);
}, 180_000);

test("loading in bulk, where indexes are built afterwards, leaves the same indexes", async () => {
  const indexes = async (orders: number) => {
    const database = await createDatabase();
    databases.push(database);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await createSchema(client);
    const before = await client.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
    const steps = new Set<string>();
    await generate(client, { orders, seed: 1, onProgress: (step) => steps.add(step) });
    const after = await client.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1");
    await client.end();
    return { before: before.rows, after: after.rows, steps };
  };
  const { before, after, steps } = await indexes(10_000);
  expect(after).toEqual(before);
  expect(steps).toContain("index OEHDR_pkey");
}, 180_000);
