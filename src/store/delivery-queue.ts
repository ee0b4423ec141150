/** The queues of deliveries: one exchange of a worker with the store, in one transaction of a few statements for any number of deliveries. */
import { sql } from "kysely";
import type { DeliveryQueue, HeldQueue, QueueState, TellOfEndpoint, Turn, TurnDone } from "#events/delivery-records.ts";
import type { Store } from "./connect.ts";
import { writeEndings, writeStandings } from "./delivery-endings.ts";
import { type Asked, type Due, hasten, readDue } from "./due-deliveries.ts";
import { mayBeSent } from "./may-be-sent.ts";
import { tellOf } from "./told-endpoints.ts";

export interface DeliveryQueueOptions {
  /** Added to the store's clock, so that tests can move it. */
  readonly shiftMs?: () => number;
  readonly tell?: TellOfEndpoint;
  /** Told before a turn is committed, to whoever tests interruptions. */
  readonly committing?: () => void;
}

/** So many wakes at a time; the next look takes the next. */
const wakesAtOnce = 5_000;
const warnAfter = "1 hour";
const warnsAtOnce = 100;
const deadShown = 50;

/**
 * When something is due, and how long a lease lasts, is by this database's clock: it is one clock for all processes, and the
 * same that says when events were recorded. Only how long ago an attempt ended is measured where it was made.
 */
export function deliveryQueue(open: () => Store, { shiftMs = () => 0, tell, committing }: DeliveryQueueOptions = {}): DeliveryQueue {
  const clock = () => sql<Date>`(clock_timestamp() + ${shiftMs()}::float8 * interval '1 millisecond')`;
  return {
    async wake() {
      const { rows } = await sql<{ due_in_ms: number | null }>`
        WITH woken AS (
          DELETE FROM sluice.delivery_wakes WHERE id IN (SELECT id FROM sluice.delivery_wakes ORDER BY id LIMIT ${wakesAtOnce} FOR UPDATE SKIP LOCKED)
          RETURNING endpoint
        ), noted AS (
          INSERT INTO sluice.delivery_queues AS q (endpoint, due_at)
          SELECT endpoint, ${clock()} FROM (SELECT DISTINCT endpoint FROM woken) AS each ORDER BY endpoint
          ON CONFLICT (endpoint) DO UPDATE SET due_at = least(q.due_at, excluded.due_at)
          RETURNING due_at
        )
        SELECT (extract(epoch FROM least(
          (SELECT min(due_at) FROM noted),
          (SELECT min(due_at) FROM sluice.delivery_queues WHERE due_at IS NOT NULL AND failures = 0),
          (SELECT min(due_at) FROM sluice.delivery_queues WHERE due_at IS NOT NULL AND failures > 0)) - ${clock()}) * 1000)::float8 AS due_in_ms`.execute(
        open(),
      );
      return { dueInMs: rows[0]?.due_in_ms ?? undefined };
    },
    turn: (turn) =>
      open()
        .transaction()
        .execute(async (transaction) => {
          const { rows } = await sql<{ now: string }>`SELECT (${clock()})::text AS now, ${oneWay}`.execute(transaction);
          const done = await turnAt(transaction, turn, rows[0]?.now ?? "");
          const disabled = done.disabled.map(({ endpoint }) => endpoint);
          await tellOf(transaction, tell, "disabled", disabled);
          committing?.();
          return done;
        }),
    warn: () =>
      open()
        .transaction()
        .execute(async (transaction) => {
          const { rows } = await sql<{ endpoint: string }>`
            UPDATE sluice.webhook_endpoints SET warned_at = ${clock()}
            WHERE id IN (
              SELECT id FROM sluice.webhook_endpoints
              WHERE failing_since IS NOT NULL AND warned_at IS NULL AND failing_since <= ${clock()} - ${warnAfter}::interval
                AND state = 'active' AND deleted_at IS NULL
              ORDER BY id LIMIT ${warnsAtOnce} FOR NO KEY UPDATE SKIP LOCKED)
            RETURNING id AS endpoint`.execute(transaction);
          const endpoints = rows.map(({ endpoint }) => endpoint);
          await tellOf(transaction, tell, "failing", endpoints);
          return endpoints;
        }),
    async standing() {
      const { rows } = await sql<{ oldest_ms: number | null }>`
        SELECT (extract(epoch FROM ${clock()} - min(oldest.next_at)) * 1000)::float8 AS oldest_ms
        FROM (SELECT endpoint FROM sluice.delivery_queues WHERE due_at <= ${clock()} OR leased_until IS NOT NULL ORDER BY due_at LIMIT 1000) AS q
        CROSS JOIN LATERAL (
          SELECT next_at FROM sluice.deliveries WHERE endpoint = q.endpoint AND state = 'pending' AND NOT parked AND next_at <= ${clock()}
          ORDER BY next_at LIMIT 1) AS oldest`.execute(open());
      const dead = await sql<{ endpoint: string; deliveries: number }>`
        SELECT endpoint, count(*)::float8 AS deliveries FROM sluice.deliveries WHERE state = 'dead' GROUP BY endpoint
        ORDER BY count(*) DESC, endpoint LIMIT ${deadShown}`.execute(open());
      return { oldestDueMs: rows[0]?.oldest_ms ?? undefined, dead: dead.rows };
    },
  };
}

/**
 * What is in these tables changes faster than any statistics of them, and with wrong ones a planner reads all of a table for a
 * few rows of it. Every statement of a turn is to look up rows by the index that was made for it, so all other ways are closed.
 */
const oneWay = sql.join(
  ["enable_hashjoin", "enable_mergejoin", "enable_seqscan", "enable_bitmapscan", "enable_sort", "jit"].map((name) => sql`set_config(${name}, 'off', true)`),
);

async function turnAt(transaction: Store, turn: Turn, now: string): Promise<TurnDone> {
  const locked = await lockHeld(transaction, turn.held);
  // Never waits for a lock, unlike what came before: so two workers cannot wait for each other.
  const takenHealthy = await take(transaction, "healthy", turn, now);
  const takenFailing = await take(transaction, "failing", turn, now);
  const states = await readStates(transaction, [...locked, ...takenHealthy, ...takenFailing], now);
  const stateOf = (endpoint: string): readonly HeldRow[] => states.get(endpoint) ?? [];
  const [held, healthy, failing] = [locked.flatMap(stateOf), takenHealthy.flatMap(stateOf), takenFailing.flatMap(stateOf)];
  const mine = new Map(held.map((row) => [row.endpoint, row]));
  const attempted = turn.attempted.filter(({ endpoint }) => mine.has(endpoint));
  const letGo = await writeEndings(transaction, attempted, now, turn.nowMs);
  const failed = new Set(held.flatMap((row) => (row.failing ? [row.endpoint] : [])));
  const disabled = await writeStandings(transaction, attempted, failed, now, turn.nowMs);
  const off = new Set(disabled.map(({ endpoint }) => endpoint));

  const asking = new Map(turn.held.map((queue) => [queue.endpoint, queue]));
  // One that would have been let go has something to do again, if what waited behind another is due now.
  const kept = (endpoint: string): boolean => {
    const as = asking.get(endpoint)?.as;
    return as === "keep" || (as === "release" && letGo.has(endpoint));
  };
  const rows = [...held.filter(({ endpoint }) => kept(endpoint)), ...healthy, ...failing].map((row) => ({
    ...row,
    active: row.active && !off.has(row.endpoint),
  }));
  const asked: Asked[] = [];
  const read = new Map<string, Due>();
  for (const { endpoint, active, resumed, woken } of rows) {
    if (!active) continue;
    if (resumed && !(await hasten(transaction, endpoint, now))) {
      read.set(endpoint, { due: [], more: true });
      continue;
    }
    const queue = asking.get(endpoint);
    if (queue === undefined) asked.push({ endpoint, wanted: turn.take.wanted, busy: [] });
    else if (queue.as === "release") asked.push({ endpoint, wanted: turn.take.wanted, busy: [] });
    else if (queue.wanted > 0 && (queue.look || woken || letGo.has(endpoint))) asked.push(queue);
    // It was woken, and there is no room for what that brings: it is to be looked for as soon as there is.
    else if (woken || letGo.has(endpoint)) read.set(endpoint, { due: [], more: true });
  }
  const lookedAt = new Set(asked.map(({ endpoint }) => endpoint));
  for (const [endpoint, due] of await readDue(transaction, asked, now)) read.set(endpoint, due);
  await renew(
    transaction,
    turn,
    held.filter(({ endpoint }) => kept(endpoint)),
    now,
  );
  await release(
    transaction,
    turn.held.filter(({ endpoint }) => !kept(endpoint) && mine.has(endpoint)),
    now,
  );
  return {
    queues: rows.map(({ endpoint, lease, url, environment, active, failures, resumedAgoMs, leaseLeftMs }): QueueState => {
      const { due, more } = read.get(endpoint) ?? { due: [], more: lookedAt.has(endpoint) ? false : undefined };
      return { endpoint, lease, url, environment, active, failures, resumedAgoMs, leaseLeftMs, due, more };
    }),
    taken: { healthy: takenHealthy.length, failing: takenFailing.length },
    disabled,
  };
}

interface HeldRow {
  readonly endpoint: string;
  readonly lease: number;
  readonly leaseLeftMs: number;
  readonly url: string;
  readonly environment: "live" | "test";
  readonly active: boolean;
  readonly failures: number;
  readonly resumedAgoMs: number | undefined;
  /** Since it was last made due what had waited. */
  readonly resumed: boolean;
  readonly failing: boolean;
  /** Something was recorded for it since it was last looked at. */
  readonly woken: boolean;
}

interface QueueRow {
  readonly endpoint: string;
  readonly lease: number;
  readonly lease_left_ms: number;
  readonly url: string;
  readonly environment: "live" | "test";
  readonly active: boolean;
  readonly failures: number;
  readonly resumed_ago_ms: number | null;
  readonly resumed: boolean;
  readonly failing: boolean;
  readonly woken: boolean;
}

function columns(now: string) {
  return sql`q.endpoint, q.lease::float8 AS lease, (extract(epoch FROM q.leased_until - ${now}::timestamptz) * 1000)::float8 AS lease_left_ms,
    e.url, e.environment, ${mayBeSent("e")} AS active, q.failures, e.resumed_at IS DISTINCT FROM q.hastened_for AS resumed,
    (extract(epoch FROM ${now}::timestamptz - e.resumed_at) * 1000)::float8 AS resumed_ago_ms, e.failing_since IS NOT NULL AS failing,
    q.due_at <= ${now}::timestamptz AS woken`;
}

function heldRow({ resumed_ago_ms: ago, lease_left_ms: leaseLeftMs, ...row }: QueueRow): HeldRow {
  return { ...row, leaseLeftMs, resumedAgoMs: ago ?? undefined };
}

/** In the order of their names, so that nobody waits in a circle. Those of another lease are left out. */
async function lockHeld(transaction: Store, held: readonly HeldQueue[]): Promise<readonly string[]> {
  if (held.length === 0) return [];
  const { rows } = await sql<{ endpoint: string; lease: number }>`
    SELECT endpoint, lease::float8 AS lease FROM sluice.delivery_queues
    WHERE endpoint = ANY (${held.map(({ endpoint }) => endpoint)}::text[]) AND leased_until IS NOT NULL ORDER BY endpoint FOR UPDATE`.execute(transaction);
  const leases = new Map(held.map(({ endpoint, lease }) => [endpoint, lease]));
  return rows.flatMap(({ endpoint, lease }) => (leases.get(endpoint) === lease ? [endpoint] : []));
}

/*
 * Those that have been due for longest, by an index that knows nothing of endpoints without work. Those that failed last are
 * taken by themselves, so that however many they are, they do not stand before the others. One that may not be sent anything is
 * taken as well, and let go by a later statement, which cannot miss that it was resumed meanwhile.
 */
async function take(transaction: Store, which: "healthy" | "failing", { take: wanted, leaseMs }: Turn, now: string): Promise<readonly string[]> {
  if (wanted[which] <= 0) return [];
  const { rows } = await sql<{ endpoint: string }>`
    WITH found AS MATERIALIZED (
      SELECT endpoint FROM sluice.delivery_queues
      WHERE due_at IS NOT NULL AND ${which === "healthy" ? sql`failures = 0` : sql`failures > 0`} AND due_at <= ${now}::timestamptz
        AND (leased_until IS NULL OR leased_until <= ${now}::timestamptz) AND endpoint <> ALL (${[...wanted.except]}::text[])
      ORDER BY due_at LIMIT ${wanted[which]} FOR UPDATE SKIP LOCKED
    )
    UPDATE sluice.delivery_queues AS q SET lease = q.lease + 1, leased_until = until.at, due_at = until.at
    FROM (SELECT ${now}::timestamptz + ${leaseMs}::float8 * interval '1 millisecond' AS at) AS until
    WHERE q.endpoint = ANY (ARRAY(SELECT endpoint FROM found))
    RETURNING q.endpoint`.execute(transaction);
  return rows.map(({ endpoint }) => endpoint);
}

/** Of queues that are locked: how they and their endpoints stand now. */
async function readStates(transaction: Store, endpoints: readonly string[], now: string): Promise<ReadonlyMap<string, readonly HeldRow[]>> {
  if (endpoints.length === 0) return new Map();
  const { rows } = await sql<QueueRow>`
    SELECT ${columns(now)} FROM sluice.delivery_queues AS q
    CROSS JOIN LATERAL (SELECT * FROM sluice.webhook_endpoints WHERE id = q.endpoint LIMIT 1) AS e
    WHERE q.endpoint = ANY (${[...endpoints]}::text[])`.execute(transaction);
  return new Map(rows.map((row) => [row.endpoint, [heldRow(row)]]));
}

/** Leases that are half over, wakes that were heeded, and how often an endpoint failed. */
async function renew(transaction: Store, { held, leaseMs }: Turn, rows: readonly HeldRow[], now: string): Promise<void> {
  const failures = new Map(held.map((queue) => [queue.endpoint, queue.failures]));
  const changed = rows.filter((row) => row.woken || row.leaseLeftMs < leaseMs / 2 || failures.get(row.endpoint) !== row.failures);
  if (changed.length === 0) return;
  await sql`
    UPDATE sluice.delivery_queues AS q SET failures = changed.failures, leased_until = until.at, due_at = until.at
    FROM unnest(${changed.map(({ endpoint }) => endpoint)}::text[], ${changed.map(({ endpoint }) => failures.get(endpoint) ?? 0)}::integer[]) AS changed (endpoint, failures)
    CROSS JOIN LATERAL (SELECT ctid FROM sluice.delivery_queues WHERE endpoint = changed.endpoint LIMIT 1) AS row
    CROSS JOIN (SELECT ${now}::timestamptz + ${leaseMs}::float8 * interval '1 millisecond' AS at) AS until
    WHERE q.ctid = row.ctid`.execute(transaction);
}

/** Until its next delivery is due; the endpoint that may not be sent anything, until it is resumed. */
async function release(transaction: Store, queues: readonly HeldQueue[], now: string): Promise<void> {
  if (queues.length === 0) return;
  await sql`
    UPDATE sluice.delivery_queues AS q SET failures = given.failures, leased_until = NULL, due_at = CASE
      WHEN NOT ${mayBeSent("e")} THEN NULL
      WHEN given.more THEN ${now}::timestamptz
      ELSE (SELECT next_at FROM sluice.deliveries AS d WHERE d.endpoint = q.endpoint AND d.state = 'pending' AND NOT d.parked ORDER BY next_at LIMIT 1) END
    FROM unnest(${queues.map(({ endpoint }) => endpoint)}::text[], ${queues.map(({ failures }) => failures)}::integer[],
      ${queues.map(({ as }) => as === "hand-on")}::boolean[]) AS given (endpoint, failures, more)
    CROSS JOIN LATERAL (SELECT ctid FROM sluice.delivery_queues WHERE endpoint = given.endpoint LIMIT 1) AS row
    CROSS JOIN LATERAL (SELECT state, deleted_at, partner FROM sluice.webhook_endpoints WHERE id = given.endpoint LIMIT 1) AS e
    WHERE q.ctid = row.ctid`.execute(transaction);
  // For workers that have nothing to do.
  if (queues.some(({ as }) => as === "hand-on")) await sql`SELECT pg_notify('sluice_deliveries', '')`.execute(transaction);
}
