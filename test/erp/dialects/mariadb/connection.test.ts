/** Connections to MariaDB: limits that the server keeps, faults that pass, values as they are. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { SourceTrouble } from "#erp/dialects/trouble.ts";
import { Problem } from "#lib/problems.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../../support/mariadb.ts";
import { describeWith } from "../../../support/requires.ts";
import { startProxy } from "../../../support/tcp-proxy.ts";

/** How a statement failed: the trouble, and what the caller is told. */
async function troubleOf(work: Promise<unknown>): Promise<{ readonly trouble: string; readonly retryAfter: string | undefined; readonly ms: number }> {
  const started = performance.now();
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Problem) || !(error.cause instanceof SourceTrouble)) throw error;
    expect(error.code).toBe("source-unavailable");
    return { trouble: error.cause.trouble, retryAfter: error.headers["Retry-After"], ms: performance.now() - started };
  }
  throw new Error("it worked");
}

describeWith("mariadb", "a connection to MariaDB", (at) => {
  let erp: MariadbDatabase;
  const opened: OpenDatabase[] = [];
  function open(options: Partial<ConnectionOptions> = {}): OpenDatabase {
    const database = openMariadb({
      url: erp.url,
      maxConnections: 2,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 500,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "test",
      ...options,
    });
    opened.push(database);
    return database;
  }
  const ask = (database: OpenDatabase, text: string, ...values: readonly (string | number | boolean | null | Uint8Array)[]) => database.query({ text, values });

  beforeAll(async () => {
    erp = await createMariadbDatabase(at);
    await erp.run(
      "CREATE TABLE thing (id INT PRIMARY KEY, big BIGINT UNSIGNED, note TEXT); INSERT INTO thing VALUES (1, 18446744073709551615, 'a'), (2, 9007199254740993, 'b')",
    );
  });
  afterAll(async () => {
    for (const database of opened) await database.close();
    await erp?.drop();
  });

  for (const [how, way] of [
    ["prepared", { prepare: true }],
    ["unprepared", { prepare: false }],
    ["in a transaction of its own", { prepare: false, pooledByTransaction: true }],
  ] as const) {
    test(`${how}: cannot write`, async () => {
      await expect(ask(open(way), "DELETE FROM thing")).rejects.toMatchObject({ errno: 1792 });
      expect(await erp.rows("SELECT COUNT(*) FROM thing")).toEqual([[2]]);
    });

    test(`${how}: a slow statement is ended by the server, and the next one runs`, async () => {
      const database = open({ ...way, maxConnections: 1 });
      for (const slow of ["SELECT SLEEP(5)", "SELECT COUNT(*) FROM seq_1_to_100000 a, seq_1_to_100000 b WHERE a.seq + b.seq < 0"]) {
        const { trouble, retryAfter, ms } = await troubleOf(ask(database, slow));
        expect([trouble, retryAfter]).toEqual(["timeout", "5"]);
        expect(ms).toBeLessThan(1_400);
      }
      expect(await ask(database, "SELECT 1")).toEqual([[1]]);
      expect(await erp.rows("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT %seq_1_to%' AND ID <> CONNECTION_ID()")).toEqual([
        [0],
      ]);
    });

    test(`${how}: a locked table is waited for no longer than allowed`, async () => {
      const database = open({ ...way, statementTimeoutMs: 5_000 });
      const slept = erp.run("LOCK TABLES thing WRITE; SELECT SLEEP(2); UNLOCK TABLES");
      await expect
        .poll(() => erp.rows("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT SLEEP(2)%' AND ID <> CONNECTION_ID()"))
        .toEqual([[1]]);
      const { trouble, ms } = await troubleOf(ask(database, "SELECT id FROM thing"));
      expect(trouble).toBe("locked");
      expect(ms).toBeLessThan(1_900);
      await slept;
      expect(await ask(database, "SELECT id FROM thing ORDER BY id")).toEqual([[1], [2]]);
    });

    test(`${how}: values come exact, and parameters arrive as what they are`, async () => {
      const database = open(way);
      expect(await ask(database, "SELECT big FROM thing WHERE big = ? LIMIT ?", "18446744073709551615", 1)).toEqual([["18446744073709551615"]]);
      expect(await ask(database, "SELECT 0.1e0 + 0.2e0, 1.10, CAST(? AS DECIMAL(30, 3)), 1e21, DATE('0000-00-00')", "123456789012345678901234567.891")).toEqual(
        [[0.30000000000000004, "1.10", "123456789012345678901234567.891", 1e21, "0000-00-00"]],
      );
      for (const odd of ["'", '"', "\\", "\\'", "\u0000", "`", "--", "Zoë 😀", "' OR '1' = '1"]) {
        expect(
          await ask(
            database,
            "SELECT CAST(? AS CHAR CHARACTER SET utf8mb4) = CAST(? AS CHAR CHARACTER SET utf8mb4), COUNT(*) FROM thing WHERE note = ?",
            odd,
            odd,
            odd,
          ),
        ).toMatchObject([[1, expect.anything()]]);
        expect(await ask(database, "SELECT id FROM thing WHERE note = ?", odd)).toEqual([]);
      }
      expect(await ask(database, "SELECT HEX(?), ? IS NULL, ? = TRUE", new Uint8Array([0, 39, 255]), null, true)).toEqual([["0027FF", 1, 1]]);
    });
  }

  test("every session has its limits, whatever the server's own", async () => {
    const [session] = await ask(
      open(),
      "SELECT @@max_statement_time, @@lock_wait_timeout, @@innodb_lock_wait_timeout, @@tx_read_only, @@sql_mode, @@time_zone, @@collation_connection",
    );
    expect(session?.map(String)).toEqual(["0.5", "1", "1", "1", "STRICT_ALL_TABLES", "+00:00", "utf8mb4_general_ci"]);
  });

  test("more callers than connections: those who wait too long are told so, the others are served", async () => {
    const database = open({ maxConnections: 1, acquireTimeoutMs: 200, statementTimeoutMs: 2_000 });
    const first = ask(database, "SELECT SLEEP(0.8)");
    const late = await Promise.all(Array.from({ length: 5 }, () => troubleOf(ask(database, "SELECT 1"))));
    expect(late.map(({ trouble, retryAfter }) => [trouble, retryAfter])).toEqual(Array(5).fill(["pool-exhausted", "1"]));
    await first;
    expect(await ask(database, "SELECT 2")).toEqual([[2]]);
  });

  test("a server that is gone, hangs, resets or cuts off is unavailable, and used again when it is back", async () => {
    const target = new URL(erp.url);
    const proxy = await startProxy({ host: target.hostname, port: Number(target.port || 3306) });
    target.port = String(proxy.port);
    const database = open({ url: target.href, maxConnections: 2, acquireTimeoutMs: 500 });
    for (const mode of ["refuse", "reset", "hang"] as const) {
      expect(await ask(database, "SELECT 1")).toEqual([[1]]);
      await proxy.turn(mode);
      for (let round = 0; round < 3; round += 1) {
        const { trouble, ms } = await troubleOf(ask(database, `SELECT ${round}, 'not prepared yet'`));
        expect(["connection", "unanswered", "pool-exhausted"], mode).toContain(trouble);
        expect(ms).toBeLessThan(2_500);
      }
      await proxy.turn("pass");
      await expect.poll(() => ask(database, "SELECT 1").catch(() => "not yet"), { timeout: 5_000 }).toEqual([[1]]);
    }
    for (const bytes of [1, 60, 300]) {
      proxy.cutAfter(bytes);
      await ask(database, "SELECT REPEAT('x', 10000)").catch((error: unknown) => troubleOf(Promise.reject(error)));
      proxy.cutAfter(undefined);
      await expect.poll(() => ask(database, "SELECT 1").catch(() => "not yet"), { timeout: 5_000 }).toEqual([[1]]);
    }
    await proxy.close();
  });

  test("connections that the server closes while they idle are no request's concern", async () => {
    const database = open({ maxConnections: 1 });
    const [[id] = []] = await ask(database, "SELECT CONNECTION_ID()");
    await erp.run(`KILL ${String(id)}`);
    await expect.poll(() => ask(database, "SELECT CONNECTION_ID() <> ?", String(id)).catch(() => "not yet")).toEqual([[1]]);
  });

  test("wrong credentials, databases and hosts are the source's trouble", async () => {
    const wrong = (change: (url: URL) => void): string => {
      const url = new URL(erp.url);
      change(url);
      return url.href;
    };
    const urls = [
      wrong((url) => (url.password = "wrong")),
      wrong((url) => (url.pathname = "/no_such_database")),
      wrong((url) => (url.port = "1")),
      wrong((url) => (url.hostname = "no-such-host.invalid")),
    ];
    for (const url of urls) expect((await troubleOf(ask(open({ url }), "SELECT 1"))).trouble, url.replace(/:\/\/.*@/, "://")).toBe("connection");
  });

  test("missing tables and columns are drift", async () => {
    for (const text of ["SELECT nope FROM thing", "SELECT 1 FROM nope", "SELECT nope()"])
      expect((await troubleOf(ask(open(), text))).trouble, text).toBe("drift");
  });

  test("where other clients hold all prepared statements, statements run without", async () => {
    const [[limit] = []] = await erp.rows("SELECT @@GLOBAL.max_prepared_stmt_count");
    await erp.run("SET GLOBAL max_prepared_stmt_count = 0");
    try {
      expect(await ask(open(), "SELECT id FROM thing WHERE note = ? LIMIT ?", "a", 3)).toEqual([[1]]);
    } finally {
      await erp.run(`SET GLOBAL max_prepared_stmt_count = ${String(limit)}`);
    }
  });

  test("a connection keeps a bounded number of prepared statements", async () => {
    const database = open({ maxConnections: 1, statementTimeoutMs: 5_000 });
    for (let index = 0; index < 250; index += 1) await ask(database, `SELECT ${index}`);
    const [[, count] = []] = await ask(database, "SHOW SESSION STATUS LIKE 'Com_stmt_close'");
    expect(Number(count)).toBeGreaterThanOrEqual(149);
  });
});
