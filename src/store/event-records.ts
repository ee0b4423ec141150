/** The event log as operators look at it, over all partners. */

import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { EventDelivery, EventFilter, EventRecords, LoggedEvent } from "#control-plane/events/event-records.ts";
import type { Store } from "./connect.ts";
import { mayBeSent } from "./may-be-sent.ts";

/** Endpoints that are named with what nobody took from them. */
const mostDead = 50;

interface Row extends Omit<LoggedEvent, "occurredAt" | "recordedAt"> {
  readonly occurredAt: Date;
  readonly recordedAt: Date;
}

interface ConcernRow {
  readonly partner: string;
  readonly partnerName: string | null;
  readonly seq: number;
  readonly endpoint: string | null;
  readonly url: string;
  readonly state: string;
  readonly attempts: number;
  readonly nextAt: Date | null;
  readonly at: Date | null;
  readonly outcome: string;
  readonly status: number | null;
}

const columns = sql`events.id, events.environment, events.type, events.resource, events.resource_id AS "resourceId", events.entity_seq::float8 AS "entitySeq",
  events.origin, events.occurred_at AS "occurredAt", events.recorded_at AS "recordedAt"`;

export function eventRecords(store: Store): EventRecords {
  return {
    async list(filter, after, limit) {
      const older =
        after === undefined ? sql<SqlBool>`true` : sql<SqlBool>`(recorded_at, id) < (SELECT recorded_at, id FROM sluice.events WHERE id = ${after})`;
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM sluice.events WHERE ${matching(filter)} AND ${older}
        ORDER BY recorded_at DESC, id DESC LIMIT ${limit}`.execute(store);
      return rows.map(eventOf);
    },
    async show(id) {
      const { rows } = await sql<Row & { data: unknown; previous: unknown }>`
        SELECT ${columns}, data, previous FROM sluice.events WHERE id = ${id}`.execute(store);
      const [row] = rows;
      if (row === undefined) return undefined;
      // That a delivery is held is no state of its own.
      const { rows: concerns } = await sql<ConcernRow>`
        SELECT concern.partner, partner.name AS "partnerName", concern.seq::float8 AS seq, delivery.endpoint, endpoint.url,
          CASE WHEN delivery.state = 'pending' AND NOT ${mayBeSent("endpoint")} THEN 'held' ELSE delivery.state END AS state,
          delivery.attempts, CASE WHEN delivery.state = 'pending' THEN delivery.next_at END AS "nextAt", last.at, last.outcome, last.status
        FROM sluice.partner_events AS concern
        LEFT JOIN sluice.partners AS partner ON partner.id = concern.partner
        LEFT JOIN sluice.webhook_endpoints AS endpoint ON endpoint.partner = concern.partner AND endpoint.environment = concern.environment
        LEFT JOIN sluice.deliveries AS delivery ON delivery.endpoint = endpoint.id AND delivery.seq = concern.seq
        LEFT JOIN LATERAL (
          SELECT at, outcome, status FROM sluice.delivery_attempts
          WHERE delivery_attempts.endpoint = delivery.endpoint AND delivery_attempts.seq = delivery.seq ORDER BY attempt DESC LIMIT 1
        ) AS last ON true
        WHERE concern.event = ${id} ORDER BY concern.partner, delivery.endpoint`.execute(store);
      const { data, previous, ...event } = row;
      const partners = new Map(concerns.map(({ partner, partnerName, seq }) => [partner, { partner, partnerName, seq }]));
      return {
        ...eventOf(event),
        ...{ data, previous },
        concerns: [...partners.values()].map((concern) => ({
          ...concern,
          deliveries: concerns.filter(({ partner }) => partner === concern.partner).flatMap(deliveryOf),
        })),
      };
    },
    async lag() {
      const [captures, relays, deliveries, dead] = await Promise.all([
        sql<{ name: string; environment: "live" | "test"; seen_at: Date; waiting: number | null; oldest_ms: number | null; trouble: string | null }>`
          SELECT name, environment, seen_at, waiting::float8 AS waiting, oldest_ms, trouble FROM sluice.capture_states ORDER BY environment, name`.execute(
          store,
        ),
        sql<{ recorded_at: Date; took: number }>`
          SELECT recorded_at, 1000 * extract(epoch FROM recorded_at - occurred_at)::float8 AS took FROM sluice.events ORDER BY recorded_at DESC LIMIT 1`.execute(
          store,
        ),
        sql<{ pending: number; held: number; oldest: Date | null }>`
          SELECT coalesce(sum(waiting.count) FILTER (WHERE NOT waiting.held), 0)::float8 AS pending, coalesce(sum(waiting.count) FILTER (WHERE waiting.held), 0)::float8 AS held,
            min(waiting.oldest) FILTER (WHERE NOT waiting.held) AS oldest
          FROM (
            SELECT NOT ${mayBeSent("endpoint")} AS held, count(*), min(delivery.created_at) AS oldest
            FROM sluice.webhook_endpoints AS endpoint JOIN sluice.deliveries AS delivery ON delivery.endpoint = endpoint.id AND delivery.state = 'pending'
            WHERE endpoint.deleted_at IS NULL GROUP BY held
          ) AS waiting`.execute(store),
        sql<{ endpoint: string; partner: string; deliveries: number }>`
          SELECT delivery.endpoint, endpoint.partner, count(*)::float8 AS deliveries
          FROM sluice.deliveries AS delivery JOIN sluice.webhook_endpoints AS endpoint ON endpoint.id = delivery.endpoint AND endpoint.deleted_at IS NULL
          WHERE delivery.state = 'dead' GROUP BY delivery.endpoint, endpoint.partner ORDER BY count(*) DESC, delivery.endpoint LIMIT ${mostDead}`.execute(
          store,
        ),
      ]);
      const [relay] = relays.rows;
      const [delivery] = deliveries.rows;
      return {
        capture: captures.rows.map(({ name, environment, seen_at: seenAt, waiting, oldest_ms: oldestMs, trouble }) => ({
          ...{ name, environment, seenAt: seenAt.getTime() },
          ...{ waiting: waiting ?? undefined, oldestMs: oldestMs ?? undefined, trouble: trouble ?? undefined },
        })),
        relay: { lastRecordedAt: relay?.recorded_at.getTime(), lastTookMs: relay?.took },
        delivery: {
          ...{ pending: delivery?.pending ?? 0, held: delivery?.held ?? 0, oldestPendingAt: delivery?.oldest?.getTime() },
          dead: dead.rows,
        },
      };
    },
  };
}

/** Of one thing, found by the index of things; else the newest, until enough are found. */
function matching({ partner, environment, type, resource, resourceId, since }: EventFilter): RawBuilder<SqlBool> {
  const conditions = [
    sql`true`,
    ...(environment === undefined ? [] : [sql`environment = ${environment}`]),
    ...(type === undefined ? [] : [sql`type = ${type}`]),
    ...(resource === undefined ? [] : [sql`resource = ${resource}`]),
    ...(resourceId === undefined ? [] : [sql`resource_id = ${resourceId}`]),
    ...(since === undefined ? [] : [sql`recorded_at >= ${new Date(since)}`]),
    ...(partner === undefined
      ? []
      : [sql`EXISTS (SELECT FROM sluice.partner_events AS concern WHERE concern.event = events.id AND concern.partner = ${partner})`]),
  ];
  return sql`${sql.join(conditions, sql` AND `)}`;
}

function eventOf({ occurredAt, recordedAt, ...rest }: Row): LoggedEvent {
  return { ...rest, occurredAt: occurredAt.getTime(), recordedAt: recordedAt.getTime() };
}

function deliveryOf({ endpoint, url, state, attempts, nextAt, at, outcome, status }: ConcernRow): readonly EventDelivery[] {
  if (endpoint === null) return [];
  const last = at === null ? undefined : { at: at.getTime(), outcome, status: status ?? undefined };
  return [{ endpoint, url, state, attempts, last, nextAt: nextAt?.getTime() }];
}
