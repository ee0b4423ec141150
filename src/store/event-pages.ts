/** Reads the event log of one partner, in the order of its numbers. */

import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Item } from "#contract/captured.ts";
import type { EventOrigin, PartnerEvent } from "#events/event.ts";
import type { EventPageRecords } from "#events/event-page-records.ts";
import type { Store } from "./connect.ts";

/** Numbers that one page looks at, found or not: a search for what is rare must not read millions in one go. */
const looksAt = 5_000;

interface Row {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly resource: string;
  readonly resource_id: string;
  readonly entity_seq: number;
  readonly origin: EventOrigin;
  readonly occurred_at: Date;
  readonly recorded_at: Date;
  readonly data: Item | null;
  readonly previous: Item | null;
}

type PageRow = { readonly began: number; readonly latest: number; readonly oldest: number; readonly looked_to: number } & (Row | { readonly id: null });

const columns = sql`seq::float8 AS seq, id, type, resource, resource_id, entity_seq::float8 AS entity_seq, origin, occurred_at, recorded_at, data, previous`;

/** `open`: the store, where it is opened by the first who needs it. */
export function eventPages(open: () => Store): EventPageRecords {
  return {
    async page({ partner, environment }, { after, limit, types, resource, resourceId }) {
      const { rows } = await sql<PageRow>`
        WITH bounds AS (
          SELECT latest, coalesce((SELECT min(seq) FROM sluice.partner_events WHERE partner = ${partner} AND environment = ${environment}), latest + 1) AS oldest
          FROM (SELECT coalesce((SELECT seq FROM sluice.partner_heads WHERE partner = ${partner} AND environment = ${environment}), 0) AS latest) AS head
        ), start AS (
          SELECT coalesce(${after ?? null}::bigint, oldest - 1) AS began, oldest, latest FROM bounds
        ), looked AS (
          SELECT seq, event FROM sluice.partner_events
          WHERE partner = ${partner} AND environment = ${environment} AND seq > (SELECT began FROM start) ORDER BY seq LIMIT ${looksAt}
        ), found AS (
          SELECT ${columns} FROM looked JOIN sluice.events ON events.id = looked.event
          WHERE ${matching(types, resource, resourceId)} ORDER BY looked.seq LIMIT ${limit}
        )
        SELECT began::float8 AS began, oldest::float8 AS oldest, latest::float8 AS latest,
          coalesce((SELECT max(seq) FROM looked), began)::float8 AS looked_to, found.*
        FROM start LEFT JOIN found ON true ORDER BY found.seq`.execute(open());
      const [first] = rows;
      if (first === undefined) throw new Error("the log has no bounds");
      const events = rows.flatMap((row) => (row.id === null ? [] : [eventOf(row)]));
      const last = events.at(-1);
      return {
        events,
        after: first.began,
        lookedTo: events.length === limit && last !== undefined ? last.seq : first.looked_to,
        oldest: first.oldest,
        latest: first.latest,
      };
    },
    async find({ partner, environment }, id) {
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM sluice.events JOIN sluice.partner_events ON partner_events.event = events.id
        WHERE events.id = ${id} AND partner_events.partner = ${partner} AND partner_events.environment = ${environment}`.execute(open());
      return rows[0] && eventOf(rows[0]);
    },
    async heads(owners) {
      const { rows } = await sql<{ partner: string; environment: "live" | "test"; seq: number }>`
        SELECT head.partner, head.environment, head.seq::float8 AS seq
        FROM unnest(${owners.map(({ partner }) => partner)}::text[], ${owners.map(({ environment }) => environment)}::text[]) AS asked (partner, environment)
        JOIN sluice.partner_heads AS head ON head.partner = asked.partner AND head.environment = asked.environment`.execute(open());
      return rows;
    },
  };
}

function matching(types: readonly string[], resource: string | undefined, resourceId: string | undefined): RawBuilder<SqlBool> {
  return sql`${sql.join(
    [
      sql`type = ANY (${[...types]}::text[])`,
      ...(resource === undefined ? [] : [sql`resource = ${resource}`]),
      ...(resourceId === undefined ? [] : [sql`resource_id = ${resourceId}`]),
    ],
    sql` AND `,
  )}`;
}

function eventOf(row: Row): PartnerEvent {
  return {
    id: row.id,
    seq: row.seq,
    type: row.type,
    resource: row.resource,
    resourceId: row.resource_id,
    entitySeq: row.entity_seq,
    origin: row.origin,
    occurredAt: row.occurred_at.getTime(),
    recordedAt: row.recorded_at.getTime(),
    data: row.data,
    previous: row.previous,
  };
}
