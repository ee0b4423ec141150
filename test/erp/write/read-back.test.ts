/** What a stored function makes or changes is read in its own round trip: by the key it answers, or the one that is known. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Statement, WriteTransaction } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { type ReadBack, resourceReader } from "#erp/read/reader.ts";
import { callRoutineThen } from "#erp/write/routines.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";
import { describeShop, shopDdl, shopOrders, within } from "./writing.ts";

const orders = shopOrders("postgres");
const fields = ["id", "name", "lines"];
const reader = resourceReader(orders, postgresDialect);
let database: TestDatabase;
let pool: OpenDatabase;
let erp: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  database = await createDatabase();
  erp = new pg.Client({ connectionString: database.url });
  await erp.connect();
  for (const statement of shopDdl((name) => `"${name}"`, "int GENERATED ALWAYS AS IDENTITY")) await erp.query(statement);
  await erp.query(`
    CREATE FUNCTION make_order(made text, customer text, name text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO "x_HDR" VALUES (made, '01', customer, ' ', 'SO', name, 1);
      INSERT INTO "x_LIN" VALUES ('01', made, 1, 'I1', 5);
      INSERT INTO "x_SCH" VALUES (made, 1, 20260203);
      RETURN made; END $$;
    CREATE FUNCTION make_nothing() RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
    CREATE FUNCTION rename_order(changed text, name text) RETURNS void LANGUAGE sql AS 'UPDATE "x_HDR" SET "NAM" = name WHERE "NO" = changed';
    CREATE PROCEDURE rename_quietly(changed text, name text) LANGUAGE sql AS 'UPDATE "x_HDR" SET "NAM" = name WHERE "NO" = changed';`);
  const limits = { acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000 };
  pool = openPostgres({ url: database.url, maxConnections: 4, ...limits, prepare: true, applicationName: "test" });
  catalog = await describeShop(pool, postgresDialect, orders);
});
afterAll(async () => {
  await pool.close();
  await erp.end();
  await database.drop();
});

const caller = () => ({ catalog, accounts: ["A1"], drift: () => undefined });

/** The value that was answered, what was read back, and how many round trips it took; all is undone. */
function called(routine: string, args: readonly string[], id?: string): Promise<{ value: unknown; rows: number | undefined; item: unknown; trips: number }> {
  return within(pool, async (transaction) => {
    let trips = 0;
    const counted: WriteTransaction = {
      ...transaction,
      query: (statement) => {
        trips += 1;
        return transaction.query(statement);
      },
      queryTogether: async (statements: readonly Statement[]) => {
        trips += 1;
        return (await transaction.queryTogether?.(statements)) ?? [];
      },
    };
    const place = { source: orders.source, dialect: postgresDialect, transaction: counted, catalog };
    const behind = reader.readBack(caller(), id) as ReadBack;
    await callRoutineThen(place, "make_nothing", [], []); // what a routine is, is looked up once
    trips = 0;
    const { value, rows } = await callRoutineThen(place, routine, args, behind.statements);
    const item = rows && (await behind.found({ ...caller(), database: counted }, id ?? String(value), rows, fields))?.item;
    return { value, rows: rows?.length, item, trips };
  });
}

describe("read back", () => {
  test("a thing that is made comes with its key, and its child rows, in one round trip; levels below those take another", async () => {
    for (const made of ["70", "71"]) {
      const { value, item, trips } = await called("make_order", [made, "C1", "new"]);
      expect({ value, item }).toEqual({
        value: made,
        item: { id: made, name: "new", lines: [{ no: 1, item: "I1", quantity: 5, schedule: [{ day: 20260203 }] }] },
      });
      expect(trips).toBeLessThanOrEqual(made === "70" ? 3 : 2); // the first one looks the function up
    }
  });

  test("a thing that is changed is read by its own key", async () => {
    expect(await called("rename_order", ["1", "renamed"], "1")).toMatchObject({ item: { id: "1", name: "renamed", lines: [{ no: 1 }] } });
  });

  test("a thing of another's account is not found, nor one that was not made", async () => {
    expect(await called("make_order", ["72", "C2", "theirs"])).toMatchObject({ value: "72", rows: 2, item: undefined });
    expect(await called("make_nothing", [])).toMatchObject({ value: null, rows: 2, item: undefined });
  });

  test("the key that is kept ends with its transaction", async () => {
    await called("make_order", ["73", "C1", "new"]);
    const [row] = await pool.query({ text: "SELECT current_setting('sluice.made_key', TRUE)", values: [] });
    expect(row?.[0] ?? "").toBe("");
  });

  test("a procedure cannot be asked together with anything", async () => {
    expect(await called("rename_quietly", ["1", "renamed"], "1")).toMatchObject({ rows: undefined, item: undefined });
  });
});
