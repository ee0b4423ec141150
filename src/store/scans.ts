/** What scans remember, in the gateway's own tables: each method is one statement. All ages are by this database's clock. */

import { type RawBuilder, sql } from "kysely";
import { type Accounts, findingKey, type KnownThing, type ScanPlace, type ScanRecords, type ScanState, type WantedPass } from "#erp/capture/scan-records.ts";
import type { Store } from "./connect.ts";

/** `open`: the store, where it is opened by the first who needs it. */
export function scanRecords(open: () => Store): ScanRecords {
  return {
    async states(place) {
      const { rows } = await sql<StateRow>`SELECT ${stateColumns} FROM sluice.scans WHERE ${at(place)} ORDER BY resource`.execute(open());
      return rows.map(stateOf);
    },
    async begin(place, resource, madeOf) {
      // What an earlier pass was told to believe holds for the one that begins now: the request is taken by it.
      await sql`
        INSERT INTO sluice.scans AS s (source, environment, resource, made_of, phase, pass_began)
        VALUES (${place.source}, ${place.environment}, ${resource}, ${madeOf}, 'rows', clock_timestamp())
        ON CONFLICT (source, environment, resource) DO UPDATE SET
          has_baseline = s.has_baseline AND s.made_of = excluded.made_of, made_of = excluded.made_of, phase = 'rows', position = NULL,
          believes = coalesce(s.wanted = 'emptied', false), wanted = NULL, rows_read = 0, things_asked = 0, things_missing = 0, pass_began = clock_timestamp()`.execute(
        open(),
      );
    },
    async advance(place, resource, step) {
      await sql`
        UPDATE sluice.scans SET phase = ${step.phase}, position = ${step.position}, has_baseline = ${step.hasBaseline}, rows_read = ${step.rowsRead},
          things_asked = ${step.thingsAsked}, things_missing = ${step.thingsMissing}
        WHERE ${at(place, resource)}`.execute(open());
    },
    async end(place, resource, held) {
      // A confirmation is used up by the pass that needed it.
      await sql`
        UPDATE sluice.scans SET phase = 'waiting', position = NULL, has_baseline = true, believes = false, last_pass_at = clock_timestamp(),
          last_pass_rows = rows_read, passes = passes + 1, held_at = CASE WHEN ${held} THEN coalesce(held_at, clock_timestamp()) END, held_things = CASE WHEN ${held} THEN things_missing END,
          confirmed = CASE WHEN ${held} OR wanted IS NOT NULL THEN confirmed ELSE 0 END
        WHERE ${at(place, resource)}`.execute(open());
    },
    async want(place, resource, what) {
      await sql`
        UPDATE sluice.scans SET wanted = CASE WHEN wanted = 'emptied' THEN wanted ELSE ${what} END WHERE ${at(place, resource)}`.execute(open());
    },

    async known(place, resource, ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await sql<ThingRow>`
        SELECT ${thingColumns} FROM sluice.scanned_things WHERE ${at(place, resource)} AND thing = ANY(${[...ids]}::text[])`.execute(open());
      return new Map(rows.map((row) => [row.thing, thingOf(row)]));
    },
    async walk(place, resource, after, limit) {
      const { rows } = await sql<ThingRow>`
        SELECT ${thingColumns} FROM sluice.scanned_things
        WHERE ${at(place, resource)} AND ${after === null ? sql`true` : sql`thing > ${after}`} ORDER BY thing LIMIT ${limit}`.execute(open());
      return rows.map(thingOf);
    },
    async noteNew(place, resource, things) {
      if (things.length === 0) return;
      await sql`
        INSERT INTO sluice.scanned_things (source, environment, resource, thing, digest, accounts)
        SELECT ${place.source}, ${place.environment}, ${resource}, thing, digest, accounts FROM ${seen(things)}
        ON CONFLICT DO NOTHING`.execute(open());
    },
    async renew(place, resource, things) {
      if (things.length === 0) return;
      await sql`
        UPDATE sluice.scanned_things AS t SET digest = s.digest, accounts = s.accounts, ${anew}
        FROM (SELECT s.*, v.version FROM ${seen(things)} JOIN unnest(${things.map(({ id }) => id)}::text[], ${things.map(({ version }) => version)}::bigint[]) AS v (thing, version) USING (thing)) AS s
        WHERE ${at(place, resource)} AND t.thing = s.thing AND t.version = s.version`.execute(open());
    },
    async noteRecorded(place, resource, there, gone) {
      if (gone.length > 0) await remove(place, resource, gone);
      if (there.length === 0) return;
      // In one order, so that two processes never wait for each other in a circle.
      await sql`
        INSERT INTO sluice.scanned_things AS t (source, environment, resource, thing, digest, accounts)
        SELECT ${place.source}, ${place.environment}, ${resource}, thing, digest, accounts FROM ${seen(there)} ORDER BY thing
        ON CONFLICT (source, environment, resource, thing) DO UPDATE SET digest = excluded.digest, accounts = excluded.accounts, ${anew}`.execute(open());
    },
    forget: (place, resource, ids) => remove(place, resource, ids),

    async mark(place, resource, missing, there) {
      if (missing.length + there.length === 0) return;
      await sql`
        UPDATE sluice.scanned_things
        SET missing_since = CASE WHEN thing = ANY(${[...missing]}::text[]) THEN coalesce(missing_since, clock_timestamp()) END
        WHERE ${at(place, resource)} AND thing = ANY(${[...missing, ...there]}::text[])`.execute(open());
    },
    async missing(place, resource, forMs, after, limit) {
      const { rows } = await sql<ThingRow & { readonly ripe: boolean }>`
        SELECT ${thingColumns}, missing_since <= clock_timestamp() - ${forMs} * interval '1 ms' AS ripe FROM sluice.scanned_things
        WHERE ${at(place, resource)} AND missing_since IS NOT NULL AND ${after === null ? sql`true` : sql`thing > ${after}`}
        ORDER BY thing LIMIT ${limit}`.execute(open());
      return { things: rows.filter(({ ripe }) => ripe).map(thingOf), others: rows.some(({ ripe }) => !ripe) };
    },

    async found(place, resource, findings) {
      if (findings.length === 0) return new Map();
      const { rows } = await sql<{ readonly thing: string; readonly finding: string }>`
        INSERT INTO sluice.scanned_things AS t (source, environment, resource, thing, finding, finding_digest, finding_accounts)
        SELECT ${place.source}, ${place.environment}, ${resource}, thing, nextval('sluice.scan_numbers'), digest, accounts
        FROM ${seen(findings)} ORDER BY thing
        ON CONFLICT (source, environment, resource, thing) DO UPDATE SET
          finding = CASE WHEN t.finding IS NOT NULL AND t.finding_digest IS NOT DISTINCT FROM excluded.finding_digest THEN t.finding ELSE excluded.finding END,
          finding_digest = excluded.finding_digest, finding_accounts = excluded.finding_accounts
        RETURNING thing, finding::text`.execute(open());
      return new Map(rows.map(({ thing, finding }) => [thing, finding]));
    },
    async drop(place, resource, ids) {
      if (ids.length === 0) return;
      await sql`
        UPDATE sluice.scanned_things SET finding = NULL, finding_digest = NULL, finding_accounts = NULL
        WHERE ${at(place, resource)} AND thing = ANY(${[...ids]}::text[])`.execute(open());
    },
    recorded: (place, names) => promote(place, sql`t.finding = ANY(${[...names]}::bigint[])`),
    settle: (place) =>
      promote(
        place,
        sql`EXISTS (SELECT FROM sluice.events AS e
          WHERE e.source = t.source AND e.environment = t.environment AND e.change_key = ${findingKey("")} || t.finding)`,
      ),
  };

  async function remove(place: ScanPlace, resource: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await sql`DELETE FROM sluice.scanned_things WHERE ${at(place, resource)} AND thing = ANY(${[...ids]}::text[])`.execute(open());
  }

  async function promote(place: ScanPlace, which: RawBuilder<unknown>): Promise<void> {
    await sql`
      WITH gone AS (
        DELETE FROM sluice.scanned_things AS t WHERE ${at(place)} AND t.finding IS NOT NULL AND t.finding_digest IS NULL AND ${which}
      )
      UPDATE sluice.scanned_things AS t SET digest = finding_digest, accounts = finding_accounts, ${anew}
      WHERE ${at(place)} AND t.finding IS NOT NULL AND t.finding_digest IS NOT NULL AND ${which}`.execute(open());
  }
}

/** A state that was just seen: whatever was found before is answered by it. */
const anew = sql`version = nextval('sluice.scan_numbers'), finding = NULL, finding_digest = NULL, finding_accounts = NULL, missing_since = NULL`;

function at({ source, environment }: ScanPlace, resource?: string): RawBuilder<unknown> {
  const place = sql`source = ${source} AND environment = ${environment}`;
  return resource === undefined ? place : sql`${place} AND resource = ${resource}`;
}

/** Things as rows; arrays, so that a page of them is one statement whatever its length. */
function seen(
  things: readonly { readonly id: string; readonly digest: Uint8Array | undefined; readonly accounts: Accounts | undefined }[],
): RawBuilder<unknown> {
  const digests = things.map(({ digest }) => (digest === undefined ? null : Buffer.from(digest).toString("base64")));
  const accounts = things.map((thing) => (thing.accounts === undefined || thing.accounts === "everyone" ? null : JSON.stringify(thing.accounts)));
  return sql`(SELECT thing, decode(digest, 'base64') AS digest, accounts::jsonb AS accounts
    FROM unnest(${things.map(({ id }) => id)}::text[], ${digests}::text[], ${accounts}::text[]) AS given (thing, digest, accounts)) AS s`;
}

interface ThingRow {
  readonly thing: string;
  readonly digest: Buffer | null;
  readonly accounts: readonly string[] | null;
  /** A bigint, as text. */
  readonly version: string;
  readonly has_finding: boolean;
  readonly is_missing: boolean;
}

const thingColumns = sql.raw("thing, digest, accounts, version, finding IS NOT NULL AS has_finding, missing_since IS NOT NULL AS is_missing");

function thingOf(row: ThingRow): KnownThing {
  return {
    id: row.thing,
    digest: row.digest ?? undefined,
    accounts: row.accounts ?? "everyone",
    version: row.version,
    hasFinding: row.has_finding,
    isMissing: row.is_missing,
  };
}

interface StateRow {
  readonly resource: string;
  readonly made_of: string;
  readonly phase: ScanState["phase"];
  readonly position: string | null;
  readonly has_baseline: boolean;
  readonly wanted: WantedPass | null;
  readonly believes: boolean;
  /** Bigints, as text; ages in milliseconds. */
  readonly rows_read: string;
  readonly things_asked: string;
  readonly things_missing: string;
  readonly held_at: Date | null;
  readonly held_things: string | null;
  readonly confirmed: string;
  readonly since_begun: number | null;
  readonly since_last_pass: number | null;
  readonly last_pass_rows: string | null;
  readonly passes: string;
}

const stateColumns =
  sql.raw(`resource, made_of, phase, position, has_baseline, wanted, believes, rows_read, things_asked, things_missing, held_at, held_things, confirmed,
  (extract(epoch FROM clock_timestamp() - pass_began) * 1000)::float8 AS since_begun,
  (extract(epoch FROM clock_timestamp() - last_pass_at) * 1000)::float8 AS since_last_pass, last_pass_rows, passes`);

function stateOf(row: StateRow): ScanState {
  return {
    resource: row.resource,
    madeOf: row.made_of,
    phase: row.phase,
    position: row.position,
    hasBaseline: row.has_baseline,
    wanted: row.wanted ?? undefined,
    believes: row.believes,
    rowsRead: Number(row.rows_read),
    thingsAsked: Number(row.things_asked),
    thingsMissing: Number(row.things_missing),
    held: row.held_at === null ? undefined : { at: row.held_at.getTime(), things: Number(row.held_things) },
    confirmed: Number(row.confirmed),
    sinceBegun: row.since_begun ?? undefined,
    sinceLastPass: row.since_last_pass ?? undefined,
    lastPassRows: row.last_pass_rows === null ? undefined : Number(row.last_pass_rows),
    passes: Number(row.passes),
  };
}
