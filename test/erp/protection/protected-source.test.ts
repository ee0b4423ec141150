/** Which database work goes to, and what kinds of work leave to one another, with real connections. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { ErpDatabase } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { maintenanceSchedule } from "#erp/protection/maintenance.ts";
import { type ProtectedSource, protectedSource, type SourceWork } from "#erp/protection/protected-source.ts";
import { defaultProtection, workKinds } from "#erp/protection/settings.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";

let databases: readonly TestDatabase[] = [];
let pools: readonly OpenDatabase[] = [];
let database: ErpDatabase;

beforeAll(async () => {
  databases = [await createDatabase(), await createDatabase()];
  pools = databases.map(({ url }) =>
    openPostgres({ url, maxConnections: 4, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000, prepare: true, applicationName: "test" }),
  );
  const [primary, replica] = pools;
  if (primary === undefined || replica === undefined) throw new Error("not open");
  database = { ...primary, replica };
});
afterAll(async () => {
  for (const pool of pools) await pool.close();
  for (const each of databases) await each.drop();
});

function source(): ProtectedSource {
  return protectedSource({
    settings: { ...defaultProtection, poolSize: 4, shares: { read: 25, write: 25, capture: 25, background: 25 } },
    kinds: workKinds,
    maintenance: maintenanceSchedule([]),
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
    random: Math.random,
    changed: () => undefined,
  });
}

/** The name of the database that work is given. */
const nameOf = (of: ProtectedSource, work: SourceWork): Promise<unknown> =>
  of.run(work, database, async (given) => (await given.query({ text: "SELECT current_database()::text", values: [] }))[0]?.[0]);

test("reads go to the replica, but those a write will be judged by, and all other kinds of work, go to the primary", async () => {
  const of = source();
  const [primary, replica] = databases.map(({ name }) => name);
  expect(await nameOf(of, { kind: "read", by: "a" })).toBe(replica);
  expect(await nameOf(of, { kind: "read", by: "a", fresh: true })).toBe(primary);
  for (const kind of ["write", "capture", "background"] as const) expect(await nameOf(of, { kind, by: "a" })).toBe(primary);
});

test("each kind of work is served while another has taken all it can get", { timeout: 20_000 }, async () => {
  for (const greedy of ["write", "capture", "background"] as const) {
    const of = source();
    const ended: string[] = [];
    const long = Array.from({ length: 8 }, (_, turn) =>
      of
        .run({ kind: greedy, by: String(turn) }, database, (given) => given.query({ text: "SELECT pg_sleep(0.3)::text", values: [] }))
        .then(() => ended.push(greedy)),
    );
    for (const kind of workKinds) if (kind !== greedy) await nameOf(of, { kind, by: "quick", fresh: true }).then(() => ended.push(kind));
    expect(ended.slice(0, 3), `beside ${greedy}`).toEqual(workKinds.filter((kind) => kind !== greedy));
    await Promise.all(long);
  }
});

test("work may use its database again and again on one turn, together where the driver can", async () => {
  const of = source();
  const rows = await of.run({ kind: "read", by: "a" }, database, async (given) => {
    const one = await given.query({ text: "SELECT 1", values: [] });
    const two = await given.queryTogether?.([
      { text: "SELECT 2", values: [] },
      { text: "SELECT 3", values: [] },
    ]);
    return [one, ...(two ?? [])];
  });
  expect(rows).toEqual([[[1]], [[2]], [[3]]]);
  expect(of.guards().map(([target, { slots }]) => [target, slots.inUse("read")])).toEqual([
    ["primary", 0],
    ["replica", 0],
  ]);
});

test("what fails in the work itself is its own matter: the turn is given back, and nothing is said of the source", async () => {
  const of = source();
  await expect(of.run({ kind: "read", by: "a" }, database, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
  await expect(of.run({ kind: "read", by: "a", fresh: true }, database, (given) => given.query({ text: "SELECT 1/0", values: [] }))).rejects.toThrow(
    "division",
  );
  expect(of.state()).toBe("available");
  for (const [, { slots, breaker }] of of.guards()) expect([slots.inUse("read"), breaker.state()]).toEqual([0, "closed"]);
});
