/** How far scans are, for operators, in the gateway's own tables. */
import { sql } from "kysely";
import type { ScannedResource, ScanProgress, ScanStateRecords } from "#control-plane/scans/scan-state-records.ts";
import type { Store } from "./connect.ts";

export function scanStateRecords(store: Store): ScanStateRecords {
  return {
    async list() {
      const { rows } = await sql<Row>`SELECT * FROM sluice.scans ORDER BY source, environment, resource`.execute(store);
      return rows.map(progressOf);
    },
    async find({ source, environment, resource }) {
      const { rows } = await sql<Row>`
        SELECT * FROM sluice.scans WHERE source = ${source} AND environment = ${environment} AND resource = ${resource}`.execute(store);
      return rows[0] && progressOf(rows[0]);
    },
    want: (of) => upsert(of, 0),
    confirm: upsert,
  };

  /** A row of nothing: it was made of nothing, so that the first pass makes a baseline. */
  async function upsert({ source, environment, resource }: ScannedResource, confirmed: number): Promise<void> {
    await sql`
      INSERT INTO sluice.scans AS s (source, environment, resource, made_of, phase, wanted, confirmed)
      VALUES (${source}, ${environment}, ${resource}, '', 'waiting', 'look', ${confirmed})
      ON CONFLICT (source, environment, resource) DO UPDATE SET wanted = coalesce(s.wanted, 'look'), confirmed = greatest(s.confirmed, excluded.confirmed)`.execute(
      store,
    );
  }
}

interface Row {
  readonly source: string;
  readonly environment: "live" | "test";
  readonly resource: string;
  readonly phase: "rows" | "things" | "gone" | "waiting";
  readonly has_baseline: boolean;
  readonly wanted: string | null;
  /** Bigints, as text. */
  readonly rows_read: string;
  readonly passes: string;
  readonly held_things: string | null;
  readonly confirmed: string;
  readonly held_at: Date | null;
  readonly last_pass_at: Date | null;
}

function progressOf(row: Row): ScanProgress {
  return {
    source: row.source,
    environment: row.environment,
    resource: row.resource,
    state: row.phase === "waiting" ? "waiting" : row.has_baseline ? "underway" : "first",
    rows: Number(row.rows_read),
    passes: Number(row.passes),
    lastPassAt: row.last_pass_at?.getTime(),
    held: row.held_at === null ? undefined : { at: row.held_at.getTime(), things: Number(row.held_things) },
    confirmed: Number(row.confirmed),
    wanted: row.wanted !== null,
  };
}
