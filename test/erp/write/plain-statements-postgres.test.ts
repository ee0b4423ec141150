/** Plain statements on Postgres: what is written, what is locked, and what is left alone. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sql } from "#erp/binding/sql.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Statement } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { resourceReader } from "#erp/read/reader.ts";
import type { ErpTransaction } from "#erp/write/command.ts";
import { erpTransaction } from "#erp/write/erp-transaction.ts";
import { insertedRow } from "#erp/write/inserted-row.ts";
import { lockStatements } from "#erp/write/lock-statements.ts";
import { rowToInsert, updateStatement } from "#erp/write/plain-statements.ts";
import { referenceCheck } from "#erp/write/references.ts";
import { CommandRefused } from "#erp/write/refusals.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";
import { describeShop, type ShopTables, shopDdl, shopOrders, within } from "./writing.ts";

const schema = "Legacy";
const orders = shopOrders("postgres", schema);
const mine: readonly string[] = ["A1"];
let database: TestDatabase;
let pool: OpenDatabase;
let erp: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  database = await createDatabase();
  erp = new pg.Client({ connectionString: database.url });
  await erp.connect();
  await erp.query(`CREATE SCHEMA "${schema}"; SET search_path = "${schema}"`);
  for (const statement of shopDdl((name) => `"${name}"`, "int GENERATED ALWAYS AS IDENTITY")) await erp.query(statement);
  await erp.query(`
    CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2 * n';
    CREATE FUNCTION padded(a char(4), b json, c bytea) RETURNS text LANGUAGE sql AS $$ SELECT '[' || a || ']' || (b ->> 'x') || length(c) $$;
    CREATE FUNCTION several(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
    CREATE FUNCTION several(n text) RETURNS int LANGUAGE sql AS 'SELECT 0';
    CREATE FUNCTION with_default(n int, more int DEFAULT 5) RETURNS int LANGUAGE sql AS 'SELECT n + more';
    CREATE FUNCTION many(n int, OUT number text, OUT other int) LANGUAGE sql AS $$ SELECT 'N' || n, n $$;
    CREATE FUNCTION refuses() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'credit limit' USING ERRCODE = 'ME005'; END $$;
    CREATE PROCEDURE place(IN n int, IN doc jsonb, OUT number text, OUT status int) LANGUAGE plpgsql AS $$ BEGIN number := 'P' || n || (doc ->> 'x'); status := 12; END $$;
    CREATE PROCEDURE quiet(n int) LANGUAGE plpgsql AS $$ BEGIN UPDATE "Legacy"."x_HDR" SET "TOTAL" = n WHERE "NO" = '1'; END $$;
    CREATE FUNCTION state(n int) RETURNS smallint LANGUAGE sql AS 'SELECT n::smallint';`);
  pool = openPostgres({
    url: database.url,
    maxConnections: 4,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: true,
    applicationName: "test",
  });
  catalog = await describeShop(pool, postgresDialect, orders);
});
afterAll(async () => {
  await pool.close();
  await erp.end();
  await database.drop();
});

/** Rows that another connection would have to wait for. */
async function locked(table: string): Promise<readonly string[]> {
  const key = {
    x_HDR: `"CO" || '/' || "NO"`,
    x_CST: `"CUS"`,
    x_EXT: `"NO"`,
    x_LIN: `"CO" || '/' || trim("NO") || '/' || "SEQ"`,
    x_SCH: `trim("NO") || '/' || "SEQ"`,
  }[table];
  const { rows: all } = await erp.query<{ k: string }>(`SELECT trim(${key}) AS k FROM "${table}" ORDER BY 1`);
  const { rows: free } = await erp.query<{ k: string }>(`SELECT trim(${key}) AS k FROM "${table}" FOR UPDATE SKIP LOCKED`);
  const names = new Set(free.map(({ k }) => k));
  return all.map(({ k }) => k).filter((k) => !names.has(k));
}

describe("locks", () => {
  test("the caller's row, its written extension and its child rows are locked; the customer it hangs on and archives are not", async () => {
    const statements = lockStatements(orders, postgresDialect, catalog, mine, "1") ?? [];
    expect(statements).toHaveLength(4);
    await within(pool, async (transaction) => {
      const answers = [];
      for (const statement of statements) answers.push(await transaction.query(statement));
      expect(answers).toEqual([[["1     "]], [[1]], [[1], [1]], [[1]]]);
      expect(await locked("x_HDR")).toEqual(["01/1"]);
      expect(await locked("x_EXT")).toEqual(["1"]);
      expect(await locked("x_LIN")).toEqual(["01/1/1", "01/1/2"]);
      expect(await locked("x_SCH")).toEqual(["1/1"]);
      expect(await locked("x_CST")).toEqual([]);
    });
    await expect.poll(() => locked("x_HDR")).toEqual([]);
  });

  test.each([
    ["another account's", "2"],
    ["a deleted one", "3"],
    ["another company's", "4"],
    ["an archived one", "9"],
    ["none", "77"],
  ])("%s: nothing is answered, and its row is not locked", async (_what, id) => {
    const [first] = lockStatements(orders, postgresDialect, catalog, mine, id) ?? [];
    await within(pool, async (transaction) => {
      expect(first === undefined ? [] : await transaction.query(first)).toEqual([]);
      await expect.poll(() => locked("x_HDR")).toEqual([]); // what a test before held is given up soon
    });
  });

  test("no statement for an id that no row can have", () => {
    expect(lockStatements(orders, postgresDialect, catalog, mine, "1~2")).toBeUndefined();
    expect(lockStatements(orders, postgresDialect, catalog, mine, "a b")).toBeUndefined();
  });

  test("a second writer waits, and sees what the first has written", async () => {
    const [first] = lockStatements(orders, postgresDialect, catalog, mine, "5") ?? [];
    if (first === undefined) throw new Error("no lock");
    const order: string[] = [];
    await within(pool, async (transaction) => {
      await transaction.query(first);
      const second = within(pool, async (other) => {
        await other.query(first);
        order.push("second");
        const { item } =
          (await resourceReader(orders, postgresDialect).get({ database: other, catalog, accounts: mine, drift: () => undefined }, "5", ["name"])) ?? {};
        return item;
      });
      await transaction.execute(updateStatement(orders, postgresDialect, { NO: "5" }, { NAM: "changed" }));
      order.push("first");
      await transaction.commit();
      expect(await second).toEqual({ name: "changed" });
    });
    expect(order).toEqual(["first", "second"]);
  });
});

describe("rows", () => {
  test("an insert fills in the equal conditions, and answers columns of the row", async () => {
    await within(pool, async (transaction) => {
      const writing = { source: orders.source, dialect: postgresDialect, transaction, catalog };
      expect(await insertedRow(writing, "HDR", rowToInsert(orders, { NO: "10", CUS: "C1", NAM: "new" }), ["NO", "TOTAL"])).toEqual(["10    ", 0]);
      expect(await transaction.query({ text: `SELECT "CO", "TYP", "NAM" FROM "Legacy"."x_HDR" WHERE "NO" = '10'`, values: [] })).toEqual([["01", "SO", "new"]]);
    });
  });

  test("an update is narrowed by the binding's conditions", async () => {
    await within(pool, async (transaction) => {
      expect(await transaction.execute(updateStatement(orders, postgresDialect, { NO: "1" }, { NAM: "x" }))).toBe(1);
      for (const NO of ["3", "4", "9"]) expect(await transaction.execute(updateStatement(orders, postgresDialect, { NO }, { NAM: "x" }))).toBe(0);
    });
  });

  test("columns of joined tables are refused in words", () => {
    const why = 'orders: e.MEMO stands in the joined table "e", which a plain insert or update does not write. Write a function.';
    expect(() => rowToInsert(orders, { "e.MEMO": "x" })).toThrow(why);
    expect(() => updateStatement(orders, postgresDialect, { NO: "1" }, { "e.MEMO": "x" })).toThrow(why);
  });
});

describe("the transaction that commands are given", () => {
  const commanded = <T>(work: (erp: ErpTransaction<ShopTables>) => Promise<T>) =>
    within(pool, (transaction) =>
      work(erpTransaction<ShopTables>(orders.source, postgresDialect, transaction, catalog, [{ code: "too-much", status: 12, pointer: "/total" }])),
    );

  test("rows are inserted, numbered, updated and deleted", () =>
    commanded(async (it) => {
      expect(await it.insert("NUMS", { VAL: "a" }, ["ID", "VAL"])).toEqual([1, "a"]);
      expect(await it.insert("NUMS", { VAL: "b" })).toEqual([]);
      expect(await it.update("NUMS", { VAL: "b" }, { VAL: "c" })).toBe(1);
      expect(await it.update("NUMS", { VAL: "c" }, {})).toBe(0);
      expect(await it.delete("NUMS", { ID: 1 })).toBe(1);
      expect(await it.query(sql`SELECT "VAL" FROM "Legacy"."x_NUMS" WHERE "VAL" <> ${"a"} FOR UPDATE`)).toEqual([["c"]]);
    }));

  test("no key means no rows, never all of them; what no driver takes is refused", () =>
    commanded(async (it) => {
      await expect(it.delete("NUMS", {})).rejects.toThrow("NUMS: no column says which row is meant");
      await expect(it.update("NUMS", {}, { VAL: "x" })).rejects.toThrow("no column says which row is meant");
      await expect(async () => it.insert("NUMS", JSON.parse('{"VAL": {}}'))).rejects.toThrow("NUMS.VAL: a object cannot be written");
    }));

  test("functions and procedures are called by position, whatever their parameters' types", () =>
    commanded(async (it) => {
      expect(await it.call("twice", [21])).toBe(42);
      expect(await it.call("padded", ["ab", { json: { x: "y" } }, Uint8Array.of(1, 2, 3)])).toBe("[ab]y3");
      expect(await it.call("several", [7])).toBeTypeOf("number");
      expect(await it.call("with_default", [1])).toBe(6);
      expect(await it.call("with_default", [1, 1])).toBe(2);
      expect(await it.call("many", [3])).toBe("N3");
      expect(await it.call("place", [7, { json: { x: "y" } }])).toBe("P7y");
      expect(await it.call("quiet", [77])).toBeUndefined();
      expect(await it.query(sql`SELECT "TOTAL" FROM "Legacy"."x_HDR" WHERE "NO" = '1' AND "CO" = '01'`)).toEqual([[77]]);
      await expect(it.call("twice", [])).rejects.toThrow("there is no function or procedure twice of 0 arguments");
    }));

  test("a status that is not good goes through the refusals", () =>
    commanded(async (it) => {
      expect(await it.callForStatus("state", [0], [0, 1])).toBe(0);
      await expect(it.callForStatus("state", [12], [0])).rejects.toMatchObject({ code: "too-much", pointer: "/total" });
      await expect(it.callForStatus("state", [13], [0])).rejects.toThrow("state answered 13, which no refusal of the binding names");
      expect(() => it.refuse("own", "Because.")).toThrow(CommandRefused);
    }));

  test("what the ERP raises says its SQLSTATE", async () => {
    const error: unknown = await commanded((it) => it.call("refuses", [])).catch((thrown: unknown) => thrown);
    expect(postgresDialect.statementError?.(error)).toEqual({ sqlstate: "ME005", message: "credit limit" });
  });
});

describe("references", () => {
  const caller = () => ({ database: pool, catalog, accounts: mine, drift: () => undefined });
  test("only what the caller may see is there, by one statement", async () => {
    const reader = resourceReader(orders, postgresDialect);
    const { statement, found } = reader.visible(caller(), ["1", "2", "3", "4", "9", "!", "1~1", "5"]);
    expect(found(await pool.query(statement as Statement))).toEqual(new Set(["1", "9", "5"]));
    expect(reader.visible(caller(), ["1~1"]).statement).toBeUndefined();
    const { statements, missing } = referenceCheck(orders, { name: "1" }, () => reader, caller());
    expect({ statements, missing: missing([], { name: "1" }) }).toEqual({ statements: [], missing: [] });
  });
});
