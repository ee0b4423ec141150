/** Hands events out to endpoints: the bytes that are sent, once for all endpoints that see an event alike, and a delivery for each. */

import { sql } from "kysely";
import type { Endpoint } from "#events/endpoint.ts";
import type { PartnerEvent } from "#events/event.ts";
import type { EventPlace, FanOut } from "#events/event-log-records.ts";
import type { Store } from "./connect.ts";

export type EndpointRow = Pick<Endpoint, "id" | "partner" | "types" | "apiVersion" | "scopes" | "state">;

/** A delivery to be made. `at`: which of the events. */
export interface Wanted {
  readonly at: number;
  readonly endpoint: EndpointRow;
  readonly view: string;
  readonly entity: string;
}

export interface DeliveryRow {
  readonly endpoint: string;
  readonly partner: string;
  readonly event: PartnerEvent;
  readonly view: string;
  readonly entity: string;
  readonly state: "pending" | "held";
  readonly parked: boolean;
}

/** An endpoint and a thing. */
function queueOf(endpoint: string, entity: string): string {
  return `${endpoint} ${entity}`;
}

/**
 * The queues, of an endpoint and a thing, in which something is still open. The last of each is locked: it does not end before
 * the new one stands behind it, so that whoever ends it finds what it leaves waiting.
 */
export async function lockLastOpen(transaction: Store, wanted: readonly Wanted[]): Promise<ReadonlySet<string>> {
  if (wanted.length === 0) return new Set();
  const queues = new Map(wanted.map(({ endpoint, entity }) => [queueOf(endpoint.id, entity), { endpoint: endpoint.id, entity }]));
  const asked = [...queues.values()];
  const { rows } = await sql<{ endpoint: string; entity: string }>`
    SELECT open.endpoint, open.entity
    FROM unnest(${asked.map(({ endpoint }) => endpoint)}::text[], ${asked.map(({ entity }) => entity)}::text[]) AS asked (endpoint, entity)
    CROSS JOIN LATERAL (
      SELECT endpoint, entity FROM sluice.deliveries
      WHERE deliveries.endpoint = asked.endpoint AND deliveries.entity = asked.entity AND state IN ('pending', 'held', 'dead')
      ORDER BY seq DESC LIMIT 1 FOR SHARE
    ) AS open`.execute(transaction);
  return new Set(rows.map(({ endpoint, entity }) => queueOf(endpoint, entity)));
}

/** `behind`: queues in which something is open already. */
export function deliveryRows(
  wanted: readonly Wanted[],
  behind: ReadonlySet<string>,
  eventOf: (at: number, partner: string) => PartnerEvent,
): readonly DeliveryRow[] {
  const waiting = new Set(behind);
  return wanted.map(({ at, endpoint, view, entity }) => {
    const queue = queueOf(endpoint.id, entity);
    const parked = waiting.has(queue);
    waiting.add(queue);
    const state = endpoint.state === "active" ? "pending" : "held";
    return { endpoint: endpoint.id, partner: endpoint.partner, event: eventOf(at, endpoint.partner), view, entity, state, parked };
  });
}

export async function insertBodies(transaction: Store, { environment }: EventPlace, rows: readonly DeliveryRow[], fanOut: FanOut): Promise<void> {
  const bodies = new Map(rows.map(({ partner, event, view }) => [`${partner} ${event.seq} ${view}`, { partner, event, view }]));
  if (bodies.size === 0) return;
  const made = [...bodies.values()];
  await sql`
    INSERT INTO sluice.event_bodies (partner, environment, seq, view, body)
    SELECT partner, ${environment}, seq, view, body
    FROM unnest(${made.map(({ partner }) => partner)}::text[], ${made.map(({ event }) => event.seq)}::bigint[], ${made.map(({ view }) => view)}::text[],
      ${made.map(({ event, view }) => Buffer.from(fanOut.body(event, view)))}::bytea[]) AS made (partner, seq, view, body)`.execute(transaction);
}

export async function insertDeliveries(transaction: Store, rows: readonly DeliveryRow[], at: number): Promise<void> {
  if (rows.length === 0) return;
  const time = new Date(at).toISOString();
  const column = <T>(of: (row: DeliveryRow) => T): T[] => rows.map(of);
  await sql`
    INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, state, parked, created_at, next_at)
    SELECT endpoint, seq, event, view, entity, state, parked, ${time}::timestamptz, ${time}::timestamptz
    FROM unnest(${column(({ endpoint }) => endpoint)}::text[], ${column(({ event }) => event.seq)}::bigint[], ${column(({ event }) => event.id)}::text[],
      ${column(({ view }) => view)}::text[], ${column(({ entity }) => entity)}::text[], ${column(({ state }) => state)}::text[],
      ${column(({ parked }) => parked)}::boolean[]) AS made (endpoint, seq, event, view, entity, state, parked)`.execute(transaction);
}
