/** Behind a pooler in transaction mode every limit is the transaction's own: it holds, and it stays behind for nobody. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { createDatabase, type TestDatabase } from "../../../support/postgres.ts";

let database: TestDatabase;
let pooled: OpenDatabase;
let owner: pg.Client;

const options = { maxConnections: 1, acquireTimeoutMs: 2_000, statementTimeoutMs: 400, lockTimeoutMs: 150, prepare: false, applicationName: "sluice" };
const statement = (text: string, ...values: string[]) => ({ text, values });

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query("CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1), (2)");
  // A server that writes values in another way, as many an ERP's does.
  await owner.query(`ALTER DATABASE "${database.name}" SET DateStyle = 'German'`);
  await owner.query(`ALTER DATABASE "${database.name}" SET TimeZone = 'Asia/Tokyo'`);
  pooled = openPostgres({ url: database.url, ...options, pooledByTransaction: true });
});
afterAll(async () => {
  await pooled.close();
  await owner.end();
  await database.drop();
});

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "ran",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

describe("a statement behind a pooler in transaction mode", () => {
  test("runs in a read-only transaction with the limits and the one way of writing values", async () => {
    const names = ["transaction_read_only", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name", "TimeZone"];
    const shown = await pooled.query(statement(`SELECT ${names.map((name) => `current_setting('${name}')`).join(", ")}, '2026-01-31'::date`));
    expect(shown).toEqual([["on", "400ms", "150ms", "400ms", "sluice", "UTC", "2026-01-31"]]);
  });

  test("cannot write", async () => {
    expect(await outcome(pooled.query(statement("INSERT INTO t VALUES (3)")))).toBe("25006");
    expect((await owner.query("SELECT count(*)::integer AS n FROM t")).rows).toEqual([{ n: 2 }]);
  });

  test("is ended by the server when it runs too long, or waits for a lock too long", async () => {
    expect(await outcome(pooled.query(statement("SELECT pg_sleep(5)")))).toBe("source-unavailable");
    await owner.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    expect(await outcome(pooled.query(statement("SELECT * FROM t")))).toBe("source-unavailable");
    await owner.query("ROLLBACK");
  });

  test("is followed by others, alone and together, the same text twice included, whatever became of it", async () => {
    const select = statement("SELECT id FROM t ORDER BY id LIMIT $1", "1");
    await outcome(pooled.query(statement("SELECT 1/0")));
    expect(await pooled.query(select)).toEqual([[1]]);
    expect(await pooled.queryTogether?.([select, statement("SELECT count(*) FROM t")])).toEqual([[[1]], [["2"]]]);
    expect(await pooled.queryTogether?.([select, select])).toEqual([[[1]], [[1]]]);
    expect(await outcome(pooled.queryTogether?.([statement("SELECT pg_sleep(5)"), select]) ?? Promise.resolve())).toBe("source-unavailable");
    expect(await pooled.query(select)).toEqual([[1]]);
  });

  test("leaves the session as it found it: no limit, no setting, no transaction stays behind", async () => {
    await pooled.query(statement("SELECT 1"));
    const { rows } = await owner.query(
      "SELECT state, backend_xid, (SELECT setting FROM pg_settings WHERE name = 'statement_timeout') AS own FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
      [database.name],
    );
    expect(rows).toEqual([{ state: "idle", backend_xid: null, own: "0" }]);
    const startup = pooled.query(statement("SELECT reset_val FROM pg_settings WHERE name IN ('statement_timeout', 'application_name') ORDER BY name"));
    expect(await startup).toEqual([[""], ["0"]]);
  });
});
