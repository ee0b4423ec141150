/** Statements to Postgres go out in one write; what a connection has learnt of them never outlives its truth. */
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { createDatabase, type TestDatabase } from "../../../support/postgres.ts";

let database: TestDatabase;
let owner: pg.Client;
let erp: OpenDatabase;

const options = { maxConnections: 1, acquireTimeoutMs: 2_000, statementTimeoutMs: 400, lockTimeoutMs: 150, applicationName: "sluice" };
const statement = (text: string, ...values: (string | number | boolean | null | readonly (string | null)[])[]) => ({ text, values });
const together = async (...statements: ReturnType<typeof statement>[]) => erp.queryTogether?.(statements);

beforeAll(async () => {
  database = await createDatabase();
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const outcome = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "ran",
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

describe.each([true, false])("statements, prepared: %s,", (prepare) => {
  beforeAll(async () => {
    erp = openPostgres({ url: database.url, ...options, prepare });
    return () => erp.close();
  });
  beforeEach(() =>
    owner.query(
      "DROP TABLE IF EXISTS t; CREATE TABLE t (id integer PRIMARY KEY, n numeric(8,2), name text); INSERT INTO t VALUES (1, 1.50, 'a'), (2, NULL, 'b')",
    ),
  );

  const all = statement("SELECT id, n, name FROM t ORDER BY id");

  test("give the same values the first time and ever after", async () => {
    for (let times = 0; times < 3; times += 1) {
      expect(await erp.query(all)).toEqual([
        [1, "1.50", "a"],
        [2, null, "b"],
      ]);
    }
  });

  test("come together in their order, one text twice included, and one without rows", async () => {
    const one = statement("SELECT id FROM t WHERE id = $1", 2);
    for (let times = 0; times < 2; times += 1)
      expect(await together(one, statement("SELECT 1 WHERE FALSE"), all, one)).toEqual([[[2]], [], await erp.query(all), [[2]]]);
  });

  test("read every kind of value", async () => {
    const kinds = statement(
      "SELECT TRUE, 7::smallint, 1.5::float8, 'NaN'::float8, 9007199254740993::bigint, '2026-01-31'::date, '\\xc3bc'::bytea, NULL::integer",
    );
    for (let times = 0; times < 2; times += 1)
      expect(await erp.query(kinds)).toEqual([[true, 7, 1.5, "NaN", "9007199254740993", "2026-01-31", Buffer.from([0xc3, 0xbc]), null]]);
  });

  test("take every kind of parameter", async () => {
    const bytes = { text: "SELECT $1::bytea", values: [new Uint8Array([0, 255])] };
    expect(await erp.query(bytes)).toEqual([[Buffer.from([0, 255])]]);
    expect(await erp.query(statement("SELECT $1::text, $2::integer, $3::boolean, $4::text", "ü\n", -3, true, null))).toEqual([["ü\n", -3, true, null]]);
  });

  test.each([
    ["none", []],
    ["plain", ["a", "b c"]],
    ["empty", ["", "a"]],
    ["what an array literal would take for something else", ['"', "\\", '\\"', "{}", ",", "NULL", "ü"]],
    ["a null among them", ["a", null]],
  ])("take a list of texts: %s", async (_what, list) => {
    expect(await erp.query(statement("SELECT x FROM unnest($1::text[]) WITH ORDINALITY AS l(x, n) ORDER BY n", list))).toEqual(list.map((one) => [one]));
  });

  test("read a table anew after its columns have changed", async () => {
    await erp.query(all);
    await owner.query("ALTER TABLE t ALTER COLUMN n TYPE integer USING n::integer");
    // A prepared statement fails once (0A000), and its connection ends with it.
    expect(await outcome(erp.query(all))).toBe(prepare ? "source-unavailable" : "ran");
    expect(await erp.query(all)).toEqual([
      [1, 2, "a"],
      [2, null, "b"],
    ]);
  });

  test("that fail take those with them that came together, and are followed by others", async () => {
    await outcome(erp.query(all)); // a plan from before the table was made
    expect(await outcome(together(all, statement("SELECT 1/0"), all))).toBe("22012");
    expect(await outcome(erp.query(statement("SELECT nothing FROM t")))).toBe("source-unavailable");
    expect(await outcome(together(statement("SELECT pg_sleep(5)"), all))).toBe("source-unavailable");
    expect(await together(all, all)).toHaveLength(2);
  });

  test("cannot write", async () => {
    expect(await outcome(erp.query(statement("INSERT INTO t VALUES (3)")))).toBe("25006");
  });

  test("have their own time each, together or not", async () => {
    const slow = statement("SELECT pg_sleep(0.3)::text");
    expect(await outcome(together(slow, slow, slow))).toBe("ran");
  });

  test("end when their connection does, and the next ones have another", async () => {
    await erp.query(all);
    const sleeping = outcome(together(statement("SELECT pg_sleep(0.3)"), all));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await owner.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()", [database.name]);
    expect(await sleeping).toBe("source-unavailable");
    expect(await erp.query(all)).toHaveLength(2);
  });
});
