/** Deletes what is too old, a few rows at a time and by one process at a time. */
import { sql } from "kysely";
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
};

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
