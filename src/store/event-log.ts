/** The event log: who has the right to record what a source tells, and the recording itself. */

import { sql } from "kysely";
import type { EventLogRecords } from "#events/event-log-records.ts";
import type { Store } from "./connect.ts";
import { eventRecorder, recordEvents } from "./event-recorder.ts";

/** First half of the keys of advisory locks; the other one is a hash of what is worked at. */
const lockSpace = 7_358;
/** A process that stands still, and is not dead, loses the right after this. */
const longestSilence = "60s";

/**
 * The right is a lock of the session that records: with the connection both are gone, so nothing is recorded by who has lost
 * it. `open`: the store, where it is opened by the first who needs it.
 */
export function eventLog(open: () => Store): EventLogRecords {
  return {
    record: (...asked) => eventRecorder(open()).record(...asked),
    exclusively: (what, work) =>
      open()
        .connection()
        .execute(async (connection) => {
          const { rows } = await sql<{ locked: boolean }>`SELECT pg_try_advisory_lock(${lockSpace}, hashtext(${what})) AS locked`.execute(connection);
          if (rows[0]?.locked !== true) return undefined;
          try {
            await sql`SELECT set_config('idle_session_timeout', ${longestSilence}, false)`.execute(connection);
            return await work(eventRecorder(connection));
          } finally {
            // A connection that is lost has given it up already.
            await sql`SELECT pg_advisory_unlock(${lockSpace}, hashtext(${what})), set_config('idle_session_timeout', '0', false)`
              .execute(connection)
              .catch(() => undefined);
          }
        }),
  };
}

/**
 * The same where a pooler in transaction mode keeps no session: there the right is a lock of each transaction that records, and
 * is held by nobody in between. What two have read at once is recorded once all the same, by its key.
 */
export function eventLogPooled(open: () => Store): EventLogRecords {
  return {
    record: (...asked) => eventRecorder(open()).record(...asked),
    exclusively: (what, work) =>
      work({
        record: (...asked) =>
          open()
            .transaction()
            .execute(async (transaction) => {
              await sql`SELECT pg_advisory_xact_lock(${lockSpace}, hashtext(${what}))`.execute(transaction);
              return recordEvents(transaction, ...asked);
            }),
      }),
  };
}
