/** What whoever relays a source has last seen of it, for operators. */

import { sql } from "kysely";
import type { CaptureStateRecords } from "#events/capture-state-records.ts";
import type { Store } from "./connect.ts";

/** `open`: the store, where it is opened by the first who needs it. */
export function captureStates(open: () => Store): CaptureStateRecords {
  return {
    async note(states) {
      await sql`
        INSERT INTO sluice.capture_states (name, source, environment, seen_at, waiting, oldest_ms, trouble)
        SELECT name, source, environment, clock_timestamp(), waiting, oldest_ms, trouble
        FROM json_to_recordset(${JSON.stringify(states.map(({ oldestMs, ...state }) => ({ ...state, oldest_ms: oldestMs })))}::json)
          AS seen (name text, source text, environment text, waiting bigint, oldest_ms double precision, trouble text)
        ORDER BY name
        ON CONFLICT (name) DO UPDATE SET source = excluded.source, environment = excluded.environment, seen_at = excluded.seen_at,
          waiting = excluded.waiting, oldest_ms = excluded.oldest_ms, trouble = excluded.trouble`.execute(open());
    },
  };
}
