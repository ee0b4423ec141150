/** Transactions that write to MariaDB: all of one or nothing, and never a doubt which where there need be none. */
import mysql from "mysql2/promise";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import { CommitUnknown, type Statement, type WriteTransaction } from "#erp/dialects/dialect.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { troubleOf } from "#erp/dialects/trouble.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../../support/mariadb.ts";
import { describeWith } from "../../../support/requires.ts";
import { startProxy } from "../../../support/tcp-proxy.ts";

const sql = (text: string, ...values: Statement["values"]): Statement => ({ text, values });
const insert = (id: number): Statement => sql("INSERT INTO thing (id) VALUES (?)", id);
const nothing = sql("SELECT 1 FROM thing WHERE FALSE");
/** Names of locks are the server's, so that each run of this file has its own. */
const run = Math.floor(Math.random() * 2 ** 31);
const lock = (name: number): Uint8Array => {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, run);
  bytes[15] = name;
  return bytes;
};
async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "it worked",
    (error: unknown) => error,
  );
}
const eventually = async (what: () => Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const idOf = async (transaction: WriteTransaction): Promise<number> => Number((await transaction.query(sql("SELECT CONNECTION_ID()")))[0]?.[0]);

describeWith("mariadb", "a transaction on MariaDB", (at) => {
  let erp: MariadbDatabase;
  let owner: mysql.Connection;
  const opened: OpenDatabase[] = [];

  function open(options: Partial<ConnectionOptions> = {}): OpenDatabase & Required<Pick<OpenDatabase, "transact">> {
    const database = openMariadb({
      url: erp.url,
      maxConnections: 2,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 3_000,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "writer",
      ...options,
    });
    opened.push(database);
    const { transact } = database;
    if (transact === undefined) throw new Error("no transactions");
    return { ...database, transact };
  }
  async function through(work: (url: string, proxy: Awaited<ReturnType<typeof startProxy>>) => Promise<void>): Promise<void> {
    const server = new URL(erp.url);
    const proxy = await startProxy({ host: server.hostname, port: Number(server.port) });
    try {
      const url = new URL(erp.url);
      url.hostname = "127.0.0.1";
      url.port = String(proxy.port);
      await work(url.href, proxy);
    } finally {
      await proxy.close();
    }
  }
  const things = async (): Promise<readonly unknown[]> => (await erp.rows("SELECT id FROM thing ORDER BY id")).map(([id]) => id);
  const isFree = async (name: number): Promise<boolean> =>
    (await erp.rows(`SELECT IS_FREE_LOCK('sluice:${Buffer.from(lock(name)).toString("hex")}')`))[0]?.[0] === 1;
  const kill = (id: number) => owner.query(`KILL ${id}`);

  beforeAll(async () => {
    erp = await createMariadbDatabase(at);
    owner = await mysql.createConnection({ uri: erp.url });
    await erp.run("CREATE TABLE thing (id INT PRIMARY KEY, note VARCHAR(5)) ENGINE = InnoDB");
    for (const routine of [
      "CREATE FUNCTION twice(n INT) RETURNS INT DETERMINISTIC RETURN 2 * n",
      "CREATE PROCEDURE add_and_tell(n INT) BEGIN INSERT INTO thing (id) VALUES (n); SELECT n + 1 AS next; SELECT 'more'; END",
      "CREATE PROCEDURE add_silently(n INT) INSERT INTO thing (id) VALUES (n)",
      "CREATE PROCEDURE refuse(state CHAR(5)) BEGIN IF state = '45000' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not today'; ELSE SIGNAL SQLSTATE 'ME005' SET MESSAGE_TEXT = 'credit'; END IF; END",
    ])
      await owner.query(routine);
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    await erp.run("DELETE FROM thing");
  });
  afterAll(async () => {
    await owner?.end();
    await erp?.drop();
  });

  for (const [how, way] of [
    ["in a session", {}],
    ["unprepared", { prepare: false }],
    ["behind a pooler in transaction mode", { pooledByTransaction: true, prepare: false }],
  ] as const) {
    test(`${how}: writes, reads what it wrote, tells how many rows it found to change, and commits`, async () => {
      const database = open(way);
      const answer = await database.transact(async (transaction) => {
        expect(await transaction.execute(insert(1))).toBe(1);
        expect(await transaction.execute(sql("UPDATE thing SET note = ?", "a"))).toBe(1);
        expect(await transaction.execute(sql("UPDATE thing SET note = ?", "a"))).toBe(1);
        expect(await transaction.execute(sql("DELETE FROM thing WHERE id > 5"))).toBe(0);
        expect(await transaction.query(sql("SELECT id, note FROM thing"))).toEqual([[1, "a"]]);
        await transaction.commit([insert(2), insert(3)]);
        return "done";
      });
      expect(answer).toBe("done");
      expect(await things()).toEqual([1, 2, 3]);
    });

    test(`${how}: calls functions and procedures`, async () => {
      await open(way).transact(async (transaction) => {
        expect(await transaction.query(sql("SELECT twice(?)", 4))).toEqual([[8]]);
        expect(await transaction.query(sql("CALL add_and_tell(?)", 4))).toEqual([["5"]]);
        expect(await transaction.query(sql("CALL add_silently(?)", 6))).toEqual([]);
        expect(await transaction.execute(sql("CALL add_silently(?)", 7))).toBe(1);
        await transaction.commit();
      });
      expect(await things()).toEqual([4, 6, 7]);
    });

    test(`${how}: runs at READ COMMITTED and within the limits, refuses what does not fit; the session stays read-only`, async () => {
      const database = open({ ...way, maxConnections: 1 });
      const show = sql("SELECT @@max_statement_time, @@innodb_lock_wait_timeout, @@sql_mode, @@time_zone");
      const [session] = await database.transact((transaction) => transaction.query(show));
      expect(session?.map(String)).toEqual(["3", "1", "STRICT_ALL_TABLES", "+00:00"]);
      await database.transact(async (transaction) => {
        expect(await transaction.query(sql("SELECT COUNT(*) FROM thing"))).toEqual([["0"]]);
        await erp.run("INSERT INTO thing VALUES (1, NULL)");
        expect(await transaction.query(sql("SELECT COUNT(*) FROM thing"))).toEqual([["1"]]);
        expect(await failure(transaction.execute(sql("UPDATE thing SET note = 'too long'")))).toMatchObject({ errno: 1406 });
      });
      expect(await failure(database.query(insert(9)))).toMatchObject({ errno: 1792 });
    });

    test(`${how}: leaves nothing when the work throws, or ends without a commit; its lock is free and its connection used again`, async () => {
      const database = open({ ...way, maxConnections: 1 });
      const why = new Error("why");
      const before = await database.transact(idOf);
      const thrown = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        expect(await isFree(1)).toBe(false);
        await transaction.execute(insert(1));
        throw why;
      });
      expect(await failure(thrown)).toBe(why);
      expect(await isFree(1)).toBe(true);
      await database.transact(async (transaction) => void (await transaction.execute(insert(1))));
      await database.transact(async () => undefined);
      expect(await database.transact(idOf)).toBe(before);
      expect(await things()).toEqual([]);
    });

    test(`${how}: goes on after what is undone to a savepoint`, async () => {
      await open(way).transact(async (transaction) => {
        await transaction.execute(insert(1));
        await transaction.save();
        await transaction.execute(insert(2));
        expect(mariadbDialect.statementError?.(await failure(transaction.execute(insert(1))))).toMatchObject({ sqlstate: "23000" });
        await transaction.restore();
        await transaction.commit([insert(3)]);
      });
      expect(await things()).toEqual([1, 3]);
    });

    test(`${how}: takes back everything when one of the last statements fails, and says why`, async () => {
      const database = open({ ...way, maxConnections: 1 });
      const failed = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        await transaction.execute(insert(1));
        await transaction.commit([insert(2), insert(1), insert(3)]);
      });
      expect(await failure(failed)).toMatchObject({ errno: 1062 });
      expect([await things(), await isFree(1)]).toEqual([[], true]);
      await database.transact((transaction) => transaction.commit([insert(4)]));
      expect(await things()).toEqual([4]);
    });

    test(`${how}: locks by name: one gets it, the other is told at once and reads all the same`, async () => {
      const [one, other] = [open(way), open(way)];
      await erp.run("INSERT INTO thing VALUES (7, NULL)");
      const read = sql("SELECT id FROM thing ORDER BY id");
      await one.transact(async (transaction) => {
        expect(await transaction.claim(lock(1), [read])).toEqual({ locked: true, rows: [[[7]]] });
        await transaction.execute(insert(8));
        expect(await other.transact((second) => second.claim(lock(1), [read]))).toEqual({ locked: false, rows: [[[7]]] });
        expect((await other.transact((second) => second.claim(lock(2), [read]))).locked).toBe(true);
        await transaction.commit();
      });
      await eventually(() => isFree(1));
      expect(await other.transact((second) => second.claim(lock(1), [read]))).toEqual({ locked: true, rows: [[[7], [8]]] });
    });

    test(`${how}: waits for a lock as long as it is told, longer than a statement may take, and then sees what the other one did`, async () => {
      const [one, other] = [open(way), open({ ...way, statementTimeoutMs: 500 })];
      const read = sql("SELECT id FROM thing ORDER BY id");
      let waiting: Promise<unknown> | undefined;
      await one.transact(async (transaction) => {
        await transaction.claim(lock(1), [read]);
        await transaction.execute(insert(1));
        expect(await other.transact((second) => second.claim(lock(1), [read], 1))).toEqual({ locked: false, rows: [[]] });
        waiting = other.transact(async (second) => {
          const claimed = await second.claim(lock(1), [read], 20);
          await second.commit([insert(2)]);
          return claimed;
        });
        await eventually(async () => (await erp.rows("SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = 'User lock'")).length > 0);
        await transaction.commit();
      });
      expect(await waiting).toEqual({ locked: true, rows: [[[1]]] });
      expect(await things()).toEqual([1, 2]);
    });
  }

  test("whose connection is killed before the commit leaves nothing, and the source is unavailable", async () => {
    const database = open({ maxConnections: 1 });
    const failed = database.transact(async (transaction) => {
      await transaction.claim(lock(1), [nothing]);
      await transaction.execute(insert(1));
      await kill(await idOf(transaction));
      await transaction.execute(insert(2));
    });
    expect(troubleOf(await failure(failed))).toBe("connection");
    await eventually(() => isFree(1));
    expect(await things()).toEqual([]);
    await database.transact((transaction) => transaction.commit([insert(3)]));
    expect(await things()).toEqual([3]);
  });

  test("whose connection is killed, and that hears of it at the commit only: known to have left nothing, or unknown, never a success", async () => {
    for (const last of [[], [insert(2)]]) {
      const failed = open().transact(async (transaction) => {
        await transaction.execute(insert(1));
        await kill(await idOf(transaction));
        await transaction.commit(last);
      });
      const error = await failure(failed);
      expect(error instanceof CommitUnknown || troubleOf(error) === "connection").toBe(true);
      expect(await things()).toEqual([]);
    }
  });

  test("whose connection is killed during the commit is unknown; whoever waits for its lock finds what became of it", async () => {
    let sent = 0;
    const database = open({ lockTimeoutMs: 20_000, statementTimeoutMs: 20_000 });
    const failed = database.transact(async (transaction) => {
      await transaction.claim(lock(1), [nothing]);
      await transaction.execute(insert(1));
      const id = await idOf(transaction);
      // Nothing commits while a backup holds the global lock.
      await owner.query("FLUSH TABLES WITH READ LOCK");
      const committing = failure(
        transaction.commit([insert(2)], () => {
          sent += 1;
        }),
      );
      await eventually(async () => (await erp.rows(`SELECT ID FROM information_schema.PROCESSLIST WHERE ID = ${id} AND STATE LIKE 'Waiting for%'`)).length > 0);
      await kill(id);
      await owner.query("UNLOCK TABLES");
      return committing;
    });
    expect(await failed).toBeInstanceOf(CommitUnknown);
    expect(sent).toBe(1);
    expect(await open().transact((transaction) => transaction.claim(lock(1), [sql("SELECT id FROM thing")], 5))).toEqual({ locked: true, rows: [[]] });
  });

  test("that takes place although its connection was cut at the commit is unknown, and found by whoever waits for the lock", async () => {
    await through(async (url, proxy) => {
      const database = open({ url });
      const failed = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        await transaction.execute(insert(1));
        proxy.cutAfter(1);
        await transaction.commit([insert(2)]);
      });
      expect(await failure(failed)).toBeInstanceOf(CommitUnknown);
      proxy.cutAfter(undefined);
      expect(await open().transact((transaction) => transaction.claim(lock(1), [sql("SELECT id FROM thing ORDER BY id")], 10))).toEqual({
        locked: true,
        rows: [[[1], [2]]],
      });
    });
  });

  test("whose server no longer answers the commit is unknown, and its connection is given up", async () => {
    await through(async (url, proxy) => {
      const database = open({ url, statementTimeoutMs: 500, maxConnections: 1 });
      const failed = database.transact(async (transaction) => {
        await transaction.execute(insert(1));
        await proxy.turn("hang");
        await transaction.commit([insert(2)]);
      });
      expect(await failure(failed)).toBeInstanceOf(CommitUnknown);
      await proxy.turn("pass");
      await eventually(async () => proxy.open === 0);
      await database.transact((transaction) => transaction.commit([insert(3)]));
      expect(await things()).toContain(3);
    });
  });

  test("is told what the ERP refuses, and what is trouble that passes", async () => {
    const said = async (text: string) => {
      const error = await failure(open().transact((transaction) => transaction.execute(sql(text))));
      return mariadbDialect.statementError?.(error) ?? troubleOf(error);
    };
    expect(await said("CALL refuse('45000')")).toEqual({ sqlstate: "45000", message: "not today" });
    expect(await said("CALL refuse('ME005')")).toEqual({ sqlstate: "ME005", message: "credit" });
    expect(await said("INSERT INTO thing VALUES (1, 'too long')")).toMatchObject({ sqlstate: "22001" });
    expect(await said("SELECT no_such_function()")).toBe("drift");
    await erp.run("INSERT INTO thing VALUES (1, NULL)");
    await owner.query("BEGIN");
    await owner.query("UPDATE thing SET note = 'x'");
    expect(await said("UPDATE thing SET note = 'y'")).toBe("locked");
    await owner.query("ROLLBACK");
  });
});
