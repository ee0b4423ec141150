/** Reads what is due at endpoints whose rows in `delivery_queues` are locked, and parks what may not be sent yet. */
import { sql } from "kysely";
import type { DueDelivery } from "#events/delivery-records.ts";
import type { Store } from "./connect.ts";

export interface Asked {
  readonly endpoint: string;
  readonly wanted: number;
  readonly busy: readonly number[];
}

export interface Due {
  readonly due: readonly DueDelivery[];
  readonly more: boolean;
}

/** So many are looked at to find the few that are wanted: what stands before others is often followed by them. */
const looksAt = 32;

/*
 * Of each endpoint the first rows of its own part of `deliveries_due`, so that neither another's backlog nor endpoints that have
 * nothing cost anything; of those, whether an earlier one of the same thing is open, by a look into `deliveries_open`. What is
 * blocked is parked, which takes it out of the index: however much waits behind one that fails, it is passed by once.
 */
export async function readDue(transaction: Store, asked: readonly Asked[], now: string): Promise<ReadonlyMap<string, Due>> {
  if (asked.length === 0) return new Map();
  const { rows } = await sql<Row>`
    WITH asked AS MATERIALIZED (
      SELECT endpoint, wanted, busy::bigint[] AS busy, greatest(${looksAt}, 2 * wanted) AS looks
      FROM unnest(${asked.map(({ endpoint }) => endpoint)}::text[], ${asked.map(({ wanted }) => wanted)}::integer[],
        ${asked.map(({ busy }) => `{${busy.join(",")}}`)}::text[]) AS asked (endpoint, wanted, busy)
    ), due AS MATERIALIZED (
      SELECT asked.endpoint, asked.wanted, asked.looks, found.*, (
        SELECT true FROM sluice.deliveries AS earlier
        WHERE earlier.endpoint = asked.endpoint AND earlier.entity = found.entity AND earlier.seq < found.seq AND earlier.state IN ('pending', 'dead')
        ORDER BY earlier.entity, earlier.seq LIMIT 1) IS NOT NULL AS blocked
      FROM asked CROSS JOIN LATERAL (
        SELECT ctid AS row, seq, event, view, entity, attempts, attempts_before, next_at FROM sluice.deliveries
        WHERE endpoint = asked.endpoint AND state = 'pending' AND NOT parked AND next_at <= ${now}::timestamptz AND seq <> ALL (asked.busy)
        ORDER BY next_at, seq LIMIT asked.looks
      ) AS found
    ), parking AS (
      UPDATE sluice.deliveries AS d SET parked = true FROM due WHERE due.blocked AND d.ctid = due.row
    ), ready AS (
      SELECT due.*, row_number() OVER (PARTITION BY endpoint ORDER BY next_at, seq) AS place FROM due WHERE NOT blocked
    ), counts AS (
      SELECT endpoint, count(*) >= min(looks) OR count(*) FILTER (WHERE NOT blocked) > min(wanted) AS more FROM due GROUP BY endpoint
    )
    SELECT counts.endpoint, counts.more, ready.seq::float8 AS seq, ready.event, ready.attempts, ready.attempts - ready.attempts_before AS tries, bodies.body
    FROM counts
    LEFT JOIN ready ON ready.endpoint = counts.endpoint AND ready.place <= ready.wanted
    LEFT JOIN LATERAL (SELECT partner, environment FROM sluice.webhook_endpoints WHERE id = ready.endpoint LIMIT 1) AS e ON true
    LEFT JOIN LATERAL (
      SELECT body FROM sluice.event_bodies AS b
      WHERE b.partner = e.partner AND b.environment = e.environment AND b.seq = ready.seq AND b.view = ready.view LIMIT 1
    ) AS bodies ON true
    ORDER BY counts.endpoint, ready.place`.execute(transaction);
  const found = new Map<string, { due: DueDelivery[]; more: boolean }>();
  for (const { endpoint, more, seq, event, attempts, tries, body } of rows) {
    const queue = found.get(endpoint) ?? { due: [], more };
    found.set(endpoint, queue);
    if (seq !== null) queue.due.push({ endpoint, seq, event, attempts, tries, body: body ?? undefined });
  }
  return found;
}

interface Row {
  readonly endpoint: string;
  readonly more: boolean;
  /** Null, as all that follows, where nothing is to be sent. */
  readonly seq: number | null;
  readonly event: string;
  readonly attempts: number;
  readonly tries: number;
  readonly body: Buffer | null;
}

/** What waited for its next attempt when its endpoint was resumed is due at once, so many rows at a time. True: that was all. */
const hastens = 1_000;

export async function hasten(transaction: Store, endpoint: string, now: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    UPDATE sluice.deliveries SET next_at = ${now}::timestamptz
    WHERE (endpoint, seq) IN (
      SELECT endpoint, seq FROM sluice.deliveries
      WHERE endpoint = ${endpoint} AND state = 'pending' AND NOT parked AND next_at > ${now}::timestamptz LIMIT ${hastens})`.execute(transaction);
  if (Number(numAffectedRows) === hastens) return false;
  await sql`
    UPDATE sluice.delivery_queues AS q SET hastened_for = e.resumed_at FROM sluice.webhook_endpoints AS e
    WHERE q.endpoint = ${endpoint} AND e.id = q.endpoint`.execute(transaction);
  return true;
}
