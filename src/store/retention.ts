/** Deletes what is too old, a few rows at a time and by one process at a time. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Aged, RetentionRecords } from "#control-plane/retention/retention-records.ts";
import type { Store } from "./connect.ts";

/** Any constant does, as long as every version of the gateway uses the same. */
const lockKey = 7_358_412_970;

/** Found by an index each: the oldest, without looking at the others. */
const deletions: Readonly<Record<Aged, (days: number, limit: number) => ReturnType<typeof sql>>> = {
  request_log: (days, limit) => sql`
    DELETE FROM sluice.request_log WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM sluice.request_log WHERE at AT TIME ZONE 'UTC' < (clock_timestamp() AT TIME ZONE 'UTC') - make_interval(days => ${days})
      ORDER BY at AT TIME ZONE 'UTC' LIMIT ${limit}))`,
  usage: (days, limit) => sql`
    DELETE FROM sluice.usage_counts WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM sluice.usage_counts WHERE day < (clock_timestamp() AT TIME ZONE 'UTC')::date - ${days}::integer ORDER BY day LIMIT ${limit}))`,
  // With their numbers: what is no longer kept of a partner ends where what is kept begins.
  events: (days, limit) => sql`
    DELETE FROM sluice.events WHERE id = ANY (ARRAY(
      SELECT id FROM sluice.events WHERE recorded_at < clock_timestamp() - make_interval(days => ${days}) ORDER BY recorded_at LIMIT ${limit}))`,
  // What has not ended well may still be sent: it is kept, with what is sent of it, while its endpoint is there.
  deliveries: (days, limit) => sql`
    WITH old AS (
      SELECT delivery.endpoint, delivery.seq, endpoint.deleted_at IS NOT NULL AS of_nobody FROM sluice.webhook_endpoints AS endpoint
      CROSS JOIN LATERAL (
        SELECT endpoint, seq FROM sluice.deliveries
        WHERE deliveries.endpoint = endpoint.id AND seq < ${oldestOf(sql`endpoint.partner`, sql`endpoint.environment`)} AND (endpoint.deleted_at IS NOT NULL OR ${hasEnded(days)})
        LIMIT ${limit}
      ) AS delivery LIMIT ${limit}
    ), attempts AS (
      DELETE FROM sluice.delivery_attempts USING old WHERE delivery_attempts.endpoint = old.endpoint AND delivery_attempts.seq = old.seq
    )
    DELETE FROM sluice.deliveries USING old WHERE deliveries.endpoint = old.endpoint AND deliveries.seq = old.seq AND (old.of_nobody OR ${hasEnded(days)})`,
  event_bodies: (_days, limit) => sql`
    DELETE FROM sluice.event_bodies WHERE ctid = ANY (ARRAY(
      SELECT body.ctid FROM sluice.partner_heads AS head
      JOIN sluice.event_bodies AS body ON body.partner = head.partner AND body.environment = head.environment
      WHERE body.seq < ${oldestOf(sql`head.partner`, sql`head.environment`)} AND NOT EXISTS (
        SELECT FROM sluice.webhook_endpoints AS endpoint JOIN sluice.deliveries ON deliveries.endpoint = endpoint.id AND deliveries.seq = body.seq
        WHERE endpoint.partner = body.partner AND endpoint.environment = body.environment AND deliveries.view = body.view)
      LIMIT ${limit}))`,
  endpoint_answers: (days, limit) => sql`
    WITH expired AS (
      UPDATE sluice.webhook_receipts SET answered = false WHERE key_hash = ANY (ARRAY(
        SELECT key_hash FROM sluice.webhook_receipts WHERE answered AND at < clock_timestamp() - make_interval(days => ${days}) ORDER BY at LIMIT ${limit}))
      RETURNING key_hash
    )
    DELETE FROM sluice.sealed_secrets WHERE of_table = 'webhook_receipts' AND of_row = ANY (ARRAY(SELECT encode(key_hash, 'hex') FROM expired))`,
  endpoint_receipts: (days, limit) => sql`
    DELETE FROM sluice.webhook_receipts WHERE key_hash = ANY (ARRAY(
      SELECT key_hash FROM sluice.webhook_receipts
      WHERE at < clock_timestamp() - make_interval(days => ${days}) AND NOT answered ORDER BY at LIMIT ${limit}))`,
};

/** The first number that is kept of a partner. */
function oldestOf(partner: RawBuilder<unknown>, environment: RawBuilder<unknown>): RawBuilder<number> {
  return sql`coalesce(
    (SELECT min(kept.seq) FROM sluice.partner_events AS kept WHERE kept.partner = ${partner} AND kept.environment = ${environment}),
    (SELECT last.seq + 1 FROM sluice.partner_heads AS last WHERE last.partner = ${partner} AND last.environment = ${environment}))`;
}

function hasEnded(days: number): RawBuilder<SqlBool> {
  return sql`deliveries.state IN ('delivered', 'skipped') AND deliveries.ended_at < clock_timestamp() - make_interval(days => ${days})`;
}

/** `open`: the store, where it is opened by the first who needs it. */
export function retentionRecords(open: () => Store): RetentionRecords {
  return {
    forget: (kind, days, limit) =>
      open()
        .transaction()
        .execute(async (transaction) => {
          // Of the transaction: a pooler that hands connections on keeps no lock of a session.
          const { rows } = await sql<{ locked: boolean }>`SELECT pg_try_advisory_xact_lock(${lockKey}) AS locked`.execute(transaction);
          if (rows[0]?.locked !== true) return undefined;
          const { numAffectedRows } = await deletions[kind](days, limit).execute(transaction);
          return Number(numAffectedRows ?? 0n);
        }),
  };
}
