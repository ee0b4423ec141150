/** Transactions that write to Postgres: all of one or nothing, and never a doubt which where there need be none. */
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import { CommitUnknown, type Statement, type WriteTransaction } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { troubleOf } from "#erp/dialects/trouble.ts";
import { createDatabase, type TestDatabase } from "../../../support/postgres.ts";
import { startProxy } from "../../../support/tcp-proxy.ts";

let erp: TestDatabase;
let owner: pg.Client;
const opened: OpenDatabase[] = [];

function open(options: Partial<ConnectionOptions> = {}): OpenDatabase & Required<Pick<OpenDatabase, "transact">> {
  const database = openPostgres({
    url: erp.url,
    maxConnections: 2,
    acquireTimeoutMs: 2_000,
    statementTimeoutMs: 3_000,
    lockTimeoutMs: 300,
    prepare: true,
    applicationName: "writer",
    ...options,
  });
  opened.push(database);
  const { transact } = database;
  if (transact === undefined) throw new Error("no transactions");
  return { ...database, transact };
}

const sql = (text: string, ...values: Statement["values"]): Statement => ({ text, values });
const insert = (id: number): Statement => sql("INSERT INTO thing (id) VALUES ($1)", id);
const nothing = sql("SELECT 1 WHERE FALSE");
const lock = (name: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, index) => (index === 0 ? 0xf0 : name));
const things = async (): Promise<readonly number[]> => (await owner.query("SELECT id FROM thing ORDER BY id")).rows.map(({ id }) => id);
const locksHeld = async (): Promise<number> =>
  (
    await owner.query(
      "SELECT count(*)::INTEGER AS n FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = $1)",
      [erp.name],
    )
  ).rows[0].n;
const eventually = async (what: () => Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
};
async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "it worked",
    (error: unknown) => error,
  );
}
const pidOf = async (transaction: WriteTransaction): Promise<number> => Number((await transaction.query(sql("SELECT pg_backend_pid()")))[0]?.[0]);
const kill = (pid: number) => owner.query("SELECT pg_terminate_backend($1, 5000)", [pid]);
const mine = (): Promise<readonly number[]> =>
  owner.query("SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'writer'", [erp.name]).then(({ rows }) => rows.map(({ pid }) => pid));

beforeAll(async () => {
  erp = await createDatabase();
  owner = new pg.Client({ connectionString: erp.url });
  await owner.connect();
  await owner.query(`
    CREATE TABLE thing (id INTEGER PRIMARY KEY, note TEXT);
    CREATE TABLE late (id INTEGER PRIMARY KEY, seconds DOUBLE PRECISION NOT NULL, refuse BOOLEAN NOT NULL);
    CREATE FUNCTION at_commit() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(NEW.seconds);
      IF NEW.refuse THEN RAISE EXCEPTION 'not today' USING ERRCODE = 'ME099'; END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION at_commit();
    CREATE FUNCTION refuse(code TEXT) RETURNS INTEGER LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by %', code USING ERRCODE = code; END $$;
  `);
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.close();
  await owner.query("TRUNCATE thing, late");
});
afterAll(async () => {
  await owner?.end();
  await erp?.drop();
});

for (const [how, way] of [
  ["in a session", {}],
  ["behind a pooler in transaction mode", { pooledByTransaction: true, prepare: false }],
] as const) {
  describe(`a transaction ${how}`, () => {
    test("writes, reads what it wrote, tells how many rows it changed, and commits", async () => {
      const database = open(way);
      const answer = await database.transact(async (transaction) => {
        expect(await transaction.execute(insert(1))).toBe(1);
        expect(await transaction.execute(sql("UPDATE thing SET note = $1", "a"))).toBe(1);
        expect(await transaction.execute(sql("DELETE FROM thing WHERE id > 5"))).toBe(0);
        expect(await transaction.queryTogether?.([sql("SELECT id FROM thing"), sql("SELECT note FROM thing")])).toEqual([[[1]], [["a"]]]);
        await transaction.commit([insert(2), insert(3)]);
        return "done";
      });
      expect(answer).toBe("done");
      expect(await things()).toEqual([1, 2, 3]);
    });

    test("runs at READ COMMITTED, within the limits and with the one way of writing values; the session stays read-only", async () => {
      const database = open({ ...way, maxConnections: 1 });
      const names = ["transaction_isolation", "transaction_read_only", "statement_timeout", "lock_timeout", "TimeZone"];
      const show = sql(`SELECT ${names.map((name) => `current_setting('${name}')`).join(", ")}`);
      expect(await database.transact((transaction) => transaction.query(show))).toEqual([["read committed", "off", "3s", "300ms", "UTC"]]);
      expect(await failure(database.query(insert(9)))).toMatchObject({ code: "25006" });
    });

    test("leaves nothing when the work throws, or ends without a commit; its lock is free and its connection used again", async () => {
      const database = open({ ...way, maxConnections: 1 });
      const why = new Error("why");
      const [before] = await database.query(sql("SELECT pg_backend_pid()"));
      const thrown = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        await transaction.execute(insert(1));
        throw why;
      });
      expect(await failure(thrown)).toBe(why);
      expect(await locksHeld()).toBe(0);
      await database.transact(async (transaction) => void (await transaction.execute(insert(1))));
      await database.transact(async (transaction) => void (await transaction.claim(lock(1), [nothing])));
      await database.transact(async () => undefined);
      expect(await database.query(sql("SELECT pg_backend_pid()"))).toEqual([before]);
      expect(await things()).toEqual([]);
      expect(await locksHeld()).toBe(0);
      expect(await database.query(sql("SELECT pg_backend_pid()"))).toEqual([before]);
    });

    test("goes on after what is undone to a savepoint", async () => {
      await open(way).transact(async (transaction) => {
        await transaction.execute(insert(1));
        await transaction.save();
        await transaction.execute(insert(2));
        expect(postgresDialect.statementError?.(await failure(transaction.execute(insert(1))))).toMatchObject({ sqlstate: "23505" });
        expect(await failure(transaction.query(sql("SELECT 1")))).toMatchObject({ code: "25P02" });
        await transaction.restore();
        await transaction.commit([insert(3)]);
      });
      expect(await things()).toEqual([1, 3]);
    });

    test("goes on after what is undone with statements that a failure kept from being prepared, or may have", async () => {
      await open({ ...way, maxConnections: 1 }).transact(async (transaction) => {
        const behind = sql("SELECT count(*)::INTEGER FROM thing");
        const wrong = sql("SELECT id FROM nothing_of_that_name");
        await transaction.execute(sql("INSERT INTO thing (id) VALUES (1)"));
        await transaction.save();
        for (let times = 0; times < 2; times += 1) {
          expect(await failure(transaction.queryTogether?.([insert(1), behind]) ?? Promise.resolve())).toMatchObject({ code: "23505" });
          await transaction.restore();
          expect(troubleOf(await failure(transaction.query(wrong)))).toBe("drift");
          await transaction.restore();
        }
        expect(await transaction.queryTogether?.([insert(2), behind])).toEqual([[], [[2]]]);
        await transaction.commit();
      });
      expect(await things()).toEqual([1, 2]);
    });

    test("refuses a COPY, whose data would never come", async () => {
      const database = open({ ...way, maxConnections: 1 });
      const failed = database.transact((transaction) => transaction.execute(sql("COPY thing FROM STDIN")));
      expect(await failure(failed)).toMatchObject({ code: "source-unavailable" });
      await database.transact((transaction) => transaction.commit([insert(1)]));
      expect(await things()).toEqual([1]);
    });

    test("takes back everything when one of the last statements fails, and says why", async () => {
      const database = open({ ...way, maxConnections: 1 });
      const failed = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        await transaction.execute(insert(1));
        await transaction.commit([insert(2), insert(1), insert(3)]);
      });
      expect(await failure(failed)).toMatchObject({ code: "23505", constraint: "thing_pkey" });
      expect([await things(), await locksHeld()]).toEqual([[], 0]);
      await database.transact((transaction) => transaction.commit([insert(4)]));
      expect(await things()).toEqual([4]);
    });

    test("does not take the silent rollback of a failed transaction for a commit", async () => {
      const failed = open(way).transact(async (transaction) => {
        await transaction.execute(insert(1));
        await failure(transaction.execute(insert(1)));
        await transaction.commit();
      });
      expect(await failure(failed)).toMatchObject({ message: expect.stringContaining("rolled back") });
      expect(await things()).toEqual([]);
    });

    test("is refused at COMMIT by a deferred constraint, without any doubt", async () => {
      const database = open(way);
      const failed = database.transact((transaction) => transaction.commit([insert(1), sql("INSERT INTO late VALUES (1, 0, TRUE)")]));
      const error = await failure(failed);
      expect(postgresDialect.statementError?.(error)).toEqual({ sqlstate: "ME099", message: "not today" });
      expect(await things()).toEqual([]);
    });

    test("locks by name: one gets it, the other is told at once and reads all the same", async () => {
      const [one, other] = [open(way), open(way)];
      await owner.query("INSERT INTO thing VALUES (7)");
      const read = sql("SELECT id FROM thing");
      await one.transact(async (transaction) => {
        expect(await transaction.claim(lock(1), [read])).toEqual({ locked: true, rows: [[[7]]] });
        await transaction.execute(insert(8));
        expect(await other.transact((second) => second.claim(lock(1), [read]))).toEqual({ locked: false, rows: [[[7]]] });
        expect((await other.transact((second) => second.claim(lock(2), [read]))).locked).toBe(true);
        await transaction.commit();
      });
      expect(await other.transact((second) => second.claim(lock(1), [read]))).toEqual({ locked: true, rows: [[[7], [8]]] });
    });

    test("waits for a lock as long as it is told, and then sees what the other one did", async () => {
      const [one, other] = [open(way), open(way)];
      const read = sql("SELECT id FROM thing");
      let waiting: Promise<unknown> | undefined;
      await one.transact(async (transaction) => {
        await transaction.claim(lock(1), [read]);
        await transaction.execute(insert(1));
        const late = other.transact(async (second) => {
          const claimed = await second.claim(lock(1), [read], 1);
          const limits = await second.query(sql("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"));
          await second.commit([insert(2)]);
          return { claimed, limits };
        });
        expect(await late).toEqual({ claimed: { locked: false, rows: [[]] }, limits: [["300ms", "3s"]] });
        waiting = other.transact(async (second) => ({ ...(await second.claim(lock(1), [read], 20)), pid: 0 }));
        await eventually(async () => (await owner.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).rowCount === 1);
        await transaction.commit();
      });
      expect(await waiting).toEqual({ locked: true, rows: [[[1], [2]]], pid: 0 });
    });
  });
}

describe("a transaction whose connection is lost", () => {
  test("before the commit: nothing remains, and the source is unavailable", async () => {
    const database = open({ maxConnections: 1 });
    const failed = database.transact(async (transaction) => {
      await transaction.claim(lock(1), [nothing]);
      await transaction.execute(insert(1));
      await kill(await pidOf(transaction));
      await transaction.execute(insert(2));
    });
    expect(troubleOf(await failure(failed))).toBe("connection");
    expect([await things(), await locksHeld()]).toEqual([[], 0]);
    await database.transact((transaction) => transaction.commit([insert(3)]));
    expect(await things()).toEqual([3]);
  });

  test("before the commit that it hears of only then: known to have left nothing, or unknown, never a success", async () => {
    for (const last of [[], [insert(2)]]) {
      const failed = open().transact(async (transaction) => {
        await transaction.execute(insert(1));
        await kill(await pidOf(transaction));
        await transaction.commit(last);
      });
      const error = await failure(failed);
      expect(error instanceof CommitUnknown || troubleOf(error) === "connection").toBe(true);
      expect(await things()).toEqual([]);
    }
  });

  test("during the commit: unknown, told to have been on its way, and a lock on the same name waits until that is settled", async () => {
    const [database, other] = [open(), open()];
    let sent = 0;
    const failed = database.transact(async (transaction) => {
      await transaction.claim(lock(1), [nothing]);
      await transaction.execute(sql("INSERT INTO late VALUES (1, 2, FALSE)"));
      const pid = await pidOf(transaction);
      const committing = failure(
        transaction.commit([insert(1)], () => {
          sent += 1;
        }),
      );
      await eventually(
        async () => (await owner.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND query = 'COMMIT' AND state = 'active'", [pid])).rowCount === 1,
      );
      await kill(pid);
      return committing;
    });
    expect(await failed).toBeInstanceOf(CommitUnknown);
    expect(sent).toBe(1);
    expect(await other.transact((transaction) => transaction.claim(lock(1), [sql("SELECT id FROM thing")], 5))).toEqual({ locked: true, rows: [[]] });
  });

  test("during the commit that takes place all the same: unknown, and found by whoever waits for the lock", async () => {
    const server = new URL(erp.url);
    const proxy = await startProxy({ host: server.hostname, port: Number(server.port) });
    try {
      const through = new URL(erp.url);
      through.hostname = "127.0.0.1";
      through.port = String(proxy.port);
      const database = open({ url: through.href });
      const failed = database.transact(async (transaction) => {
        await transaction.claim(lock(1), [nothing]);
        await transaction.execute(sql("INSERT INTO late VALUES (1, 1, FALSE)"));
        const pid = await pidOf(transaction);
        const committing = failure(transaction.commit([insert(1)]));
        await eventually(async () => (await owner.query("SELECT FROM pg_stat_activity WHERE pid = $1 AND query = 'COMMIT'", [pid])).rowCount === 1);
        await proxy.turn("reset");
        return committing;
      });
      expect(await failed).toBeInstanceOf(CommitUnknown);
      expect(await open().transact((transaction) => transaction.claim(lock(1), [sql("SELECT id FROM thing")], 10))).toEqual({ locked: true, rows: [[[1]]] });
    } finally {
      await proxy.close();
    }
  });

  test("anywhere in the answer to a commit: what is told is what took place, or unknown", async () => {
    const server = new URL(erp.url);
    const proxy = await startProxy({ host: server.hostname, port: Number(server.port) });
    try {
      const through = new URL(erp.url);
      [through.hostname, through.port] = ["127.0.0.1", String(proxy.port)];
      const told = new Map<string, number>();
      for (let bytes = 50; bytes <= 85; bytes += 1) {
        const database = open({ url: through.href, maxConnections: 1 });
        const error = await failure(
          database.transact(async (transaction) => {
            await transaction.claim(lock(1), [nothing]);
            proxy.cutAfter(bytes);
            await transaction.commit([insert(bytes)]);
          }),
        );
        proxy.cutAfter(undefined);
        const outcome = error === "it worked" ? "committed" : error instanceof CommitUnknown ? "unknown" : String(error);
        told.set(outcome, (told.get(outcome) ?? 0) + 1);
        await open().transact((transaction) => transaction.claim(lock(1), [nothing], 5));
        if (outcome === "committed") expect(await things()).toContain(bytes);
      }
      expect([...told.keys()].sort()).toEqual(["committed", "unknown"]);
    } finally {
      await proxy.close();
    }
  });

  test("by a server that no longer answers a commit: unknown, and the connection is given up", async () => {
    const server = new URL(erp.url);
    const proxy = await startProxy({ host: server.hostname, port: Number(server.port) });
    try {
      const through = new URL(erp.url);
      through.hostname = "127.0.0.1";
      through.port = String(proxy.port);
      const database = open({ url: through.href, statementTimeoutMs: 500, maxConnections: 1 });
      const failed = database.transact(async (transaction) => {
        await transaction.execute(insert(1));
        await proxy.turn("hang");
        await transaction.commit([insert(2)]);
      });
      expect(await failure(failed)).toBeInstanceOf(CommitUnknown);
      await proxy.turn("pass");
      await eventually(async () => proxy.open === 0);
      await eventually(async () => (await mine()).length === 0);
      await database.transact((transaction) => transaction.commit([insert(3)]));
      expect(await things()).toContain(3);
    } finally {
      await proxy.close();
    }
  });

  test("by the death of its client: the server takes it back, and its lock is free", async () => {
    const database = open();
    await database.transact(async (transaction) => {
      await transaction.claim(lock(1), [nothing]);
      await transaction.execute(insert(1));
      expect(await locksHeld()).toBe(1);
      await kill(await pidOf(transaction));
    });
    expect([await things(), await locksHeld()]).toEqual([[], 0]);
  });
});

describe("what Postgres says", () => {
  const said = async (text: string) => {
    const error = await failure(open().transact((transaction) => transaction.execute(sql(text))));
    return postgresDialect.statementError?.(error) ?? troubleOf(error);
  };

  test("is a refusal where the ERP raises it, whatever its code would mean from the server itself", async () => {
    for (const sqlstate of ["ME005", "P0001", "55000", "42501", "0A000"])
      expect(await said(`SELECT refuse('${sqlstate}')`)).toEqual({ sqlstate, message: `refused by ${sqlstate}` });
    expect(await said("INSERT INTO thing VALUES (NULL)")).toMatchObject({ sqlstate: "23502" });
  });

  test("is trouble where it passes by itself, or where the ERP is another than it was", async () => {
    expect(await said("SELECT refuse('40P01')")).toBe("locked");
    expect(await said("SELECT no_such_function()")).toBe("drift");
    await owner.query("BEGIN; LOCK TABLE thing");
    expect(await said("DELETE FROM thing")).toBe("locked");
    await owner.query("ROLLBACK");
  });
});
