/** Changes of credentials in the gateway's own tables: what a poll asks. `migrations/0004_credential_changes.sql` says why it is exact. */
import { sql } from "kysely";
import type { CredentialChanges } from "#control-plane/credentials/change-records.ts";
import type { Store } from "./connect.ts";

/** More than this in one poll is "everything". */
const mostChanges = 1_000;
/** Whoever has not asked for this long has to forget everything. */
const keptMinutes = 10;

interface Row {
  readonly snapshot: string;
  /** A restored or promoted server may count transactions anew; each starts anew. */
  readonly server: string;
  readonly forgotten: boolean | null;
  readonly changed: readonly string[] | null;
}

export function credentialChanges(store: Store): CredentialChanges {
  const here = sql`select pg_current_snapshot()::text as snapshot, pg_postmaster_start_time()::text as server`;
  return {
    async since(mark) {
      const [known, snapshot] = mark?.split(" on ") ?? [];
      // One statement, so that the rows and the next mark are of one snapshot.
      const { rows } = await (snapshot === undefined
        ? sql<Row>`${here}, true as forgotten, null as changed`
        : sql<Row>`${here}, (
              select not pg_visible_in_snapshot(swept, ${snapshot}::pg_snapshot) from sluice.credential_changes_kept
            ) as forgotten, array(
              select distinct kind || ':' || id from sluice.credential_changes
              where xid >= pg_snapshot_xmin(${snapshot}::pg_snapshot) and not pg_visible_in_snapshot(xid, ${snapshot}::pg_snapshot)
              limit ${mostChanges + 1}
            ) as changed`
      ).execute(store);
      const row = rows[0];
      if (row === undefined) throw new Error("The store does not say what has changed.");
      const changed = row.changed ?? [];
      const all = row.server !== known || row.forgotten === true || changed.length > mostChanges;
      return { mark: `${row.server} on ${row.snapshot}`, changed: all ? "everything" : new Set(changed) };
    },
    async sweep() {
      await sql`select sluice.sweep_credential_changes(${keptMinutes} * interval '1 minute')`.execute(store);
    },
  };
}
