/** Deliveries in the gateway's own tables, for those who look at them, send them again or pass over them. */
import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Delivery, DeliveryAttempt, DeliveryFilter, DeliveryRecords } from "#control-plane/deliveries/delivery-records.ts";
import type { Store } from "./connect.ts";
import { nextOpen } from "./delivery-endings.ts";
import { mayBeSent } from "./may-be-sent.ts";

type DeliveryState = Delivery["state"];

/** Over a store or a transaction; what changes something has to be over a transaction. */
export function deliveryRecords(store: Store): DeliveryRecords {
  return {
    async list(endpoint, filter, before, limit) {
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM sluice.deliveries AS d JOIN sluice.webhook_endpoints AS e ON e.id = d.endpoint LEFT JOIN sluice.events AS ev ON ev.id = d.event
        WHERE d.endpoint = ${endpoint} AND ${matching(filter)} ${before === undefined ? sql`` : sql`AND d.seq < ${before}`}
        ORDER BY d.seq DESC LIMIT ${limit}`.execute(store);
      return rows.map(toDelivery);
    },
    async find(endpoint, event) {
      const { rows } = await sql<Row>`
        SELECT ${columns} FROM sluice.deliveries AS d JOIN sluice.webhook_endpoints AS e ON e.id = d.endpoint LEFT JOIN sluice.events AS ev ON ev.id = d.event
        WHERE d.endpoint = ${endpoint} AND ${ofEvent(endpoint, event)}`.execute(store);
      return rows[0] && toDelivery(rows[0]);
    },
    async attempts(endpoint, seq) {
      const { rows } = await sql<AttemptRow>`
        SELECT attempt, at, ms, outcome, status, detail, answer, truncated FROM sluice.delivery_attempts
        WHERE endpoint = ${endpoint} AND seq = ${seq} ORDER BY attempt`.execute(store);
      return rows.map(
        ({ at, status, detail, answer, ...row }): DeliveryAttempt => ({
          ...row,
          at: at.getTime(),
          status: status ?? undefined,
          detail: detail ?? undefined,
          answer: answer ?? undefined,
        }),
      );
    },
    async account(endpoint) {
      const { rows } = await sql<{ state: DeliveryState; deliveries: number }>`
        SELECT ${state} AS state, count(*)::float8 AS deliveries
        FROM sluice.deliveries AS d JOIN sluice.webhook_endpoints AS e ON e.id = d.endpoint WHERE d.endpoint = ${endpoint} GROUP BY 1`.execute(store);
      const none = { pending: 0, held: 0, delivered: 0, dead: 0, skipped: 0 };
      return { ...none, ...Object.fromEntries(rows.map((row) => [row.state, row.deliveries])) };
    },
    async last(endpoint) {
      const { rows } = await sql<{ last: number }>`
        SELECT coalesce((SELECT seq FROM sluice.deliveries WHERE endpoint = ${endpoint} ORDER BY seq DESC LIMIT 1), 0)::float8 AS last`.execute(store);
      return rows[0]?.last ?? 0;
    },
    async resend(endpoint, { event, ...filter }, { after, last, limit }) {
      await lockQueue(store, endpoint);
      const { rows } = await sql<{ resent: number; looked: number; reached: number | null }>`
        WITH found AS MATERIALIZED (
          SELECT d.endpoint, d.seq, EXISTS (
            SELECT FROM sluice.event_bodies AS b WHERE b.partner = e.partner AND b.environment = e.environment AND b.seq = d.seq AND b.view = d.view) AS kept
          FROM sluice.deliveries AS d JOIN sluice.webhook_endpoints AS e ON e.id = d.endpoint LEFT JOIN sluice.events AS ev ON ev.id = d.event
          WHERE d.endpoint = ${endpoint} AND d.seq > ${after} AND d.seq <= ${last} AND ${matching(filter)}
            ${event === undefined ? sql`` : sql`AND ${ofEvent(endpoint, event)}`}
          ORDER BY d.seq LIMIT ${limit}
        ), resent AS (
          UPDATE sluice.deliveries AS d
          SET state = 'pending', parked = false, next_at = clock_timestamp(), attempts_before = d.attempts, ended_at = NULL
          FROM found WHERE found.kept AND d.endpoint = found.endpoint AND d.seq = found.seq
          RETURNING d.seq
        )
        SELECT (SELECT count(*) FROM resent)::float8 AS resent, count(*)::float8 AS looked, max(seq)::float8 AS reached FROM found`.execute(store);
      const [{ resent, looked, reached } = { resent: 0, looked: 0, reached: null }] = rows;
      if (resent > 0) await wake(store, endpoint);
      return { resent, unkept: looked - resent, reached: reached ?? undefined };
    },
    async skip(endpoint, seq) {
      await lockQueue(store, endpoint);
      const { rows } = await sql<{ skipped: number }>`
        WITH ended AS (
          UPDATE sluice.deliveries SET state = 'skipped', parked = false, ended_at = clock_timestamp()
          WHERE endpoint = ${endpoint} AND seq = ${seq} AND state IN ('pending', 'dead') RETURNING endpoint, entity, seq
        ), let_go AS (
          UPDATE sluice.deliveries AS d SET parked = false, next_at = clock_timestamp()
          FROM ended CROSS JOIN LATERAL (${nextOpen}) AS behind
          WHERE behind.parked AND d.ctid = behind.row
        )
        SELECT count(*)::integer AS skipped FROM ended`.execute(store);
      const skipped = (rows[0]?.skipped ?? 0) > 0;
      if (skipped) await wake(store, endpoint);
      return skipped;
    },
  };
}

/** As whoever sends its deliveries does: what is parked and what is let go is decided under this lock alone. */
async function lockQueue(store: Store, endpoint: string): Promise<void> {
  await sql`INSERT INTO sluice.delivery_queues (endpoint) VALUES (${endpoint}) ON CONFLICT DO NOTHING`.execute(store);
  await sql`SELECT FROM sluice.delivery_queues WHERE endpoint = ${endpoint} FOR UPDATE`.execute(store);
}

async function wake(store: Store, endpoint: string): Promise<void> {
  await sql`INSERT INTO sluice.delivery_wakes (endpoint) VALUES (${endpoint})`.execute(store);
  await sql`SELECT pg_notify('sluice_deliveries', '')`.execute(store);
}

/** What waits is held while its endpoint may not be sent anything. */
const state = sql<DeliveryState>`CASE WHEN d.state = 'pending' AND NOT ${mayBeSent("e")} THEN 'held' ELSE d.state END`;

const columns = sql`d.endpoint, d.seq::float8 AS seq, d.event, ev.type, d.entity, ${state} AS state, d.parked, d.attempts, d.created_at, d.ended_at,
  CASE WHEN ${state} = 'pending' AND NOT d.parked THEN d.next_at END AS next_at`;

function matching({ states, types, since, until }: DeliveryFilter): RawBuilder<SqlBool> {
  return and([
    sql`true`,
    ...(states === undefined ? [] : [or(states.map(inState))]),
    ...(types === undefined ? [] : [sql<SqlBool>`ev.type = ANY (${[...types]}::text[])`]),
    ...(since === undefined ? [] : [sql<SqlBool>`d.created_at >= ${new Date(since).toISOString()}::timestamptz`]),
    ...(until === undefined ? [] : [sql<SqlBool>`d.created_at < ${new Date(until).toISOString()}::timestamptz`]),
  ]);
}

/** Written out, since that is what the index of the rare ones is for. */
function inState(wanted: DeliveryState): RawBuilder<SqlBool> {
  if (wanted === "pending") return sql`(d.state = 'pending' AND ${mayBeSent("e")})`;
  if (wanted === "held") return sql`(d.state = 'pending' AND NOT ${mayBeSent("e")})`;
  return sql`d.state = ${sql.lit(wanted)}`;
}

/** By the event's number where the event is kept; else by looking through the endpoint's deliveries. */
function ofEvent(endpoint: string, event: string): RawBuilder<SqlBool> {
  return sql`d.event = ${event} AND d.seq = coalesce(
    (SELECT pe.seq FROM sluice.partner_events AS pe JOIN sluice.webhook_endpoints AS own ON own.partner = pe.partner AND own.environment = pe.environment
      WHERE pe.event = ${event} AND own.id = ${endpoint}),
    (SELECT seq FROM sluice.deliveries WHERE endpoint = ${endpoint} AND event = ${event} LIMIT 1))`;
}

function and(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return sql`${sql.join(conditions, sql` AND `)}`;
}

function or(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return sql`(${sql.join(conditions, sql` OR `)})`;
}

interface Row {
  readonly endpoint: string;
  readonly seq: number;
  readonly event: string;
  readonly type: string | null;
  readonly entity: string;
  readonly state: DeliveryState;
  readonly parked: boolean;
  readonly attempts: number;
  readonly created_at: Date;
  readonly next_at: Date | null;
  readonly ended_at: Date | null;
}

interface AttemptRow {
  readonly attempt: number;
  readonly at: Date;
  readonly ms: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly detail: string | null;
  readonly answer: Buffer | null;
  readonly truncated: boolean;
}

function toDelivery({ type, created_at: createdAt, next_at: nextAt, ended_at: endedAt, ...row }: Row): Delivery {
  return { ...row, type: type ?? undefined, createdAt: createdAt.getTime(), nextAt: nextAt?.getTime(), endedAt: endedAt?.getTime() };
}
