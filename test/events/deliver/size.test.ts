/** What a turn reads does not grow with what waits elsewhere, nor with endpoints that have nothing to do. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { connectStore, type Store } from "#store/connect.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { createDatabase, gatewayTables } from "../../support/postgres.ts";

const idle = 10_000;
const backlog = 100_000;

test("a worker that has nothing but the tables' indexes reads a few rows of each, whatever waits", { timeout: 120_000 }, async () => {
  const database = await createDatabase(gatewayTables);
  // One connection, whose statistics can be asked for to be told at once.
  const store = connectStore({ url: database.url, poolSize: 1, timeoutMs: 60_000, onBrokenConnection: () => undefined });
  try {
    await sql`INSERT INTO sluice.partners (id, name, created_at) VALUES ('ptr_test000000000001', 'Test', now())`.execute(store);
    await sql`
      INSERT INTO sluice.webhook_endpoints (id, partner, environment, url, types, api_version, scopes, signs, state, created_at, verified_at)
      SELECT 'we_' || lpad(n::text, 16, '0'), 'ptr_test000000000001', 'test', 'https://hooks.example.com', '{*}', '2026-01-01', '{}', 'hmac', 'active', now(), now()
      FROM generate_series(1, ${idle}) AS n`.execute(store);
    await sql`INSERT INTO sluice.delivery_queues (endpoint) SELECT id FROM sluice.webhook_endpoints`.execute(store);
    // One with a backlog, and one whose every delivery is about the same thing.
    await sql`
      INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, created_at)
      SELECT 'we_' || lpad(e::text, 16, '0'), seq, 'evt_' || lpad(seq::text, 22, '0'), 'one', 'orders ' || CASE WHEN e = 1 THEN seq ELSE 1 END, now()
      FROM generate_series(1, 2) AS e, generate_series(1, ${backlog / 2}) AS seq`.execute(store);
    await sql`INSERT INTO sluice.event_bodies (partner, environment, seq, view, body)
      SELECT 'ptr_test000000000001', 'test', seq, 'one', '{}' FROM generate_series(1, ${backlog / 2}) AS seq`.execute(store);
    for (const known of [false, true]) {
      if (known) await sql`ANALYZE`.execute(store);
      await sql`UPDATE sluice.delivery_queues SET due_at = now(), leased_until = NULL WHERE endpoint <= 'we_0000000000000002'`.execute(store);
      const queue = deliveryQueue(() => store);
      await queue.wake();
      const before = await readOf(store);
      const { queues } = await queue.turn({ held: [], attempted: [], nowMs: 0, take: { healthy: 100, failing: 100, wanted: 8, except: [] }, leaseMs: 60_000 });
      const after = await readOf(store);
      // And so does what it writes.
      const ending = {
        ending: { kind: "retry", afterMs: 1 },
        endedMs: 0,
        ms: 1,
        outcome: "status",
        status: 500,
        detail: undefined,
        answer: undefined,
      } as const;
      const attempted = queues
        .flatMap(({ due }) => due)
        .map(({ endpoint, seq, attempts }) => ({ endpoint, seq, attempt: attempts + 1, ...ending, truncated: false, gone: false }));
      const held = queues.map(({ endpoint, lease }) => ({ endpoint, lease, failures: 0, as: "release", wanted: 0, look: false, busy: [] }) as const);
      await queue.turn({ held, attempted, nowMs: 0, take: { healthy: 0, failing: 0, wanted: 0, except: [] }, leaseMs: 60_000 });
      const written = await readOf(store);
      for (const [table, rows] of Object.entries(written)) expect(rows - (after[table] ?? 0), `${table}, written`).toBeLessThan(1_000);
      // The second time, what is to be tried again stands behind those that wait for it: they are passed by, and parked.
      expect(queues.map(({ more }) => more)).toEqual([true, true]);
      expect(queues.map(({ due }) => due.length)).toEqual([8, known ? 0 : 1]);
      for (const [table, rows] of Object.entries(after))
        expect(rows - (before[table] ?? 0), `${table}, ${known ? "with" : "without"} statistics`).toBeLessThan(1_000);
    }
  } finally {
    await store.destroy();
    await database.drop();
  }
});

/** Rows that were read so far, by whatever way, of each table. */
async function readOf(store: Store): Promise<Readonly<Record<string, number>>> {
  await sql`SELECT pg_stat_force_next_flush()`.execute(store);
  const { rows } = await sql<{ table: string; read: number }>`
    SELECT relname AS table, (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::float8 AS read FROM pg_stat_user_tables
    WHERE relname IN ('deliveries', 'delivery_queues', 'event_bodies', 'webhook_endpoints')`.execute(store);
  return Object.fromEntries(rows.map(({ table, read }) => [table, read]));
}
