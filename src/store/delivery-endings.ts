/** Writes what became of attempts: the attempts, the deliveries, what waited behind them, and what it says of their endpoints. */
import { sql } from "kysely";
import type { Attempted } from "#events/delivery-records.ts";
import type { Store } from "./connect.ts";

/** As the partner is told of it. */
const goneReason = "The endpoint answered 410 Gone.";
const failingReason = "Every attempt has failed for three days.";
const disableAfter = "3 days";

/** Milliseconds before now at which each ended. */
function ages(attempted: readonly Attempted[], nowMs: number): number[] {
  return attempted.map(({ endedMs }) => Math.max(0, nowMs - endedMs));
}

/*
 * One statement for all of them. A delivery that is no longer pending, or has had this attempt, is left as it is: then it was
 * passed over meanwhile, or this is a repetition after a lost answer. Whatever ended well lets the next open one of the same
 * thing go, if that is parked; the queues are locked (see the port for why nothing stays parked for ever). Answers with the
 * endpoints at which something was let go. Rows are found one by one in subselects that no planner can turn into another join:
 * one that thinks the table small would go through all that is open, for every batch.
 */
export async function writeEndings(transaction: Store, attempted: readonly Attempted[], now: string, nowMs: number): Promise<ReadonlySet<string>> {
  if (attempted.length === 0) return new Set();
  const column = <T>(of: (one: Attempted) => T): T[] => attempted.map(of);
  const { rows } = await sql<{ endpoint: string }>`
    WITH made AS MATERIALIZED (
      SELECT endpoint, seq, attempt, state, after_ms * interval '1 millisecond' AS after, ${now}::timestamptz - (age_ms + ms) * interval '1 millisecond' AS at,
        ms, outcome, status, detail, answer, truncated
      FROM unnest(${column(({ endpoint }) => endpoint)}::text[], ${column(({ seq }) => seq)}::bigint[], ${column(({ attempt }) => attempt)}::smallint[],
        ${column(({ ending }) => (ending.kind === "retry" ? "pending" : ending.kind))}::text[],
        ${column(({ ending }) => (ending.kind === "retry" ? ending.afterMs : 0))}::float8[], ${ages(attempted, nowMs)}::float8[],
        ${column(({ ms }) => ms)}::real[], ${column(({ outcome }) => outcome)}::text[], ${column(({ status }) => status ?? null)}::smallint[],
        ${column(({ detail }) => detail ?? null)}::text[], ${column(({ answer }) => (answer === undefined ? null : bytes(answer)))}::bytea[],
        ${column(({ truncated }) => truncated)}::boolean[])
        AS made (endpoint, seq, attempt, state, after_ms, age_ms, ms, outcome, status, detail, answer, truncated)
    ), noted AS (
      INSERT INTO sluice.delivery_attempts (endpoint, seq, attempt, at, ms, outcome, status, detail, answer, truncated)
      SELECT endpoint, seq, attempt, at, ms, outcome, status, detail, answer, truncated FROM made ON CONFLICT DO NOTHING
    ), ended AS (
      UPDATE sluice.deliveries AS d SET state = made.state, attempts = made.attempt, next_at = ${now}::timestamptz + made.after,
        ended_at = CASE WHEN made.state <> 'pending' THEN ${now}::timestamptz END
      FROM made CROSS JOIN LATERAL (
        SELECT ctid FROM sluice.deliveries WHERE endpoint = made.endpoint AND seq = made.seq AND state = 'pending' AND attempts = made.attempt - 1
        ORDER BY endpoint, seq LIMIT 1) AS row
      WHERE d.ctid = row.ctid
      RETURNING d.endpoint, d.entity, d.seq, d.state
    )
    UPDATE sluice.deliveries AS d SET parked = false, next_at = ${now}::timestamptz
    FROM ended CROSS JOIN LATERAL (${nextOpen}) AS behind
    WHERE ended.state = 'delivered' AND behind.parked AND d.ctid = behind.row
    RETURNING d.endpoint`.execute(transaction);
  return new Set(rows.map(({ endpoint }) => endpoint));
}

/** The next open delivery behind one that `ended`. */
export const nextOpen = sql`
  SELECT ctid AS row, parked FROM sluice.deliveries
  WHERE endpoint = ended.endpoint AND entity = ended.entity AND seq > ended.seq AND state IN ('pending', 'dead')
  ORDER BY entity, seq LIMIT 1`;

interface Standing {
  readonly endpoint: string;
  readonly succeeded: boolean;
  readonly gone: boolean;
  /** How long ago the first attempt failed of those after the last that did not; undefined: none did. */
  readonly failedAgoMs: number | undefined;
}

function standings(attempted: readonly Attempted[], nowMs: number): readonly Standing[] {
  const byEndpoint = new Map<string, Standing>();
  for (const { endpoint, ending, gone, endedMs, outcome } of attempted) {
    // It was never sent, which says nothing of the endpoint.
    if (outcome === "no-body") continue;
    const before = byEndpoint.get(endpoint);
    const delivered = ending.kind === "delivered";
    byEndpoint.set(endpoint, {
      endpoint,
      succeeded: delivered || (before?.succeeded ?? false),
      gone: gone || (before?.gone ?? false),
      failedAgoMs: delivered ? undefined : (before?.failedAgoMs ?? Math.max(0, nowMs - endedMs)),
    });
  }
  return [...byEndpoint.values()];
}

/**
 * Since when endpoints fail, and that they are disabled: only rows that this changes are touched. `failing`: those that are
 * known to have failed before.
 */
export async function writeStandings(
  transaction: Store,
  attempted: readonly Attempted[],
  failing: ReadonlySet<string>,
  now: string,
  nowMs: number,
): Promise<readonly { readonly endpoint: string; readonly reason: string }[]> {
  const changed = standings(attempted, nowMs).filter(
    ({ endpoint, succeeded, gone, failedAgoMs }) => gone || failedAgoMs !== undefined || (succeeded && failing.has(endpoint)),
  );
  if (changed.length === 0) return [];
  // Named as values besides, so that no more than these rows are read, whatever the join.
  const ids = changed.map(({ endpoint }) => endpoint);
  const { rows } = await sql<{ endpoint: string; state_reason: string }>`
    WITH told AS (
      SELECT endpoint, succeeded, gone, ${now}::timestamptz - failed_ago_ms * interval '1 millisecond' AS failed_at
      FROM unnest(${changed.map(({ endpoint }) => endpoint)}::text[], ${changed.map(({ succeeded }) => succeeded)}::boolean[],
        ${changed.map(({ gone }) => gone)}::boolean[], ${changed.map(({ failedAgoMs }) => failedAgoMs ?? null)}::float8[])
        AS told (endpoint, succeeded, gone, failed_ago_ms)
    ), locked AS (
      SELECT e.id, told.gone, told.succeeded, e.state = 'active' AND e.deleted_at IS NULL AS active,
        CASE WHEN told.succeeded THEN told.failed_at ELSE coalesce(e.failing_since, told.failed_at) END AS failing_since
      FROM told JOIN sluice.webhook_endpoints AS e ON e.id = told.endpoint
      WHERE e.id = ANY (${ids}::text[]) ORDER BY e.id FOR NO KEY UPDATE OF e
    ), judged AS (
      SELECT locked.*, CASE WHEN NOT active THEN NULL WHEN gone THEN ${goneReason}::text
        WHEN failing_since <= ${now}::timestamptz - ${disableAfter}::interval THEN ${failingReason}::text END AS reason
      FROM locked
    )
    UPDATE sluice.webhook_endpoints AS e SET
      failing_since = judged.failing_since, warned_at = CASE WHEN judged.succeeded THEN NULL ELSE e.warned_at END,
      state = CASE WHEN judged.reason IS NULL THEN e.state ELSE 'disabled' END, state_reason = coalesce(judged.reason, e.state_reason)
    FROM judged WHERE e.id = ANY (${ids}::text[]) AND e.id = judged.id
    RETURNING e.id AS endpoint, judged.reason AS state_reason`.execute(transaction);
  return rows.flatMap(({ endpoint, state_reason: reason }) => (reason === null ? [] : [{ endpoint, reason }]));
}

/** The driver takes no other bytes. */
function bytes(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
