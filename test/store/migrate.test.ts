/** The migration runner: forward only, once, and never over altered history. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate, readMigrations } from "#store/migrate.ts";
import { createDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
const clients: pg.Client[] = [];

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  clients.push(client);
  return client;
}

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await database.drop();
});

test("three processes that start together apply every migration exactly once", async () => {
  const applied = await Promise.all([migrate(await connect()), migrate(await connect()), migrate(await connect())]);
  expect(applied.flat().sort()).toEqual((await readMigrations()).map((migration) => migration.name));
});

test("an applied migration that was altered is refused by name, one with other line ends is not", async () => {
  const client = await connect();
  const [first, ...rest] = await readMigrations();
  if (!first) throw new Error("there are no migrations");
  await expect(migrate(client, [{ ...first, sql: `${first.sql}\n-- later thought` }, ...rest])).rejects.toThrow(`${first.name} was altered`);
  expect(await migrate(client, [{ ...first, sql: first.sql.replaceAll("\n", "\r\n") }, ...rest])).toEqual([]);
});

test("a removed migration, and one numbered into the past, are refused by name", async () => {
  const client = await connect();
  const all = await readMigrations();
  await expect(migrate(client, all.slice(1))).rejects.toThrow("does not have it");
  await expect(migrate(client, [{ name: "0000_before.sql", sql: "select 1" }, ...all])).rejects.toThrow("give it a later number");
});

test("a failing migration leaves nothing behind and can be corrected", async () => {
  const client = await connect();
  const all = await readMigrations();
  const broken = { name: "9000_broken.sql", sql: "create table sluice.half (a int); select 1/0;" };
  await expect(migrate(client, [...all, broken])).rejects.toThrow("9000_broken.sql failed");
  expect((await client.query("select to_regclass('sluice.half') as it")).rows).toEqual([{ it: null }]);
  expect(await migrate(client, [...all, { ...broken, sql: "create table sluice.whole (a int)" }])).toEqual(["9000_broken.sql"]);
});
