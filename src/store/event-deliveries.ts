/** Hands events out to endpoints: the bytes that are sent, once for all endpoints that see an event alike, and a delivery for each. */

import { sql } from "kysely";
import type { Endpoint } from "#events/endpoint.ts";
import type { PartnerEvent } from "#events/event.ts";
import type { EventPlace, FanOut } from "#events/event-log-records.ts";
import type { Store } from "./connect.ts";

export type EndpointRow = Pick<Endpoint, "id" | "partner" | "types" | "apiVersion" | "scopes">;

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
}

export function deliveryRows(wanted: readonly Wanted[], eventOf: (at: number, partner: string) => PartnerEvent): readonly DeliveryRow[] {
  return wanted.map(({ at, endpoint, view, entity }) => ({
    endpoint: endpoint.id,
    partner: endpoint.partner,
    event: eventOf(at, endpoint.partner),
    view,
    entity,
  }));
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

/** Whether it is held or has to wait for another is found out when it is to be sent (`delivery-records.ts`). */
export async function insertDeliveries(transaction: Store, rows: readonly DeliveryRow[], at: number): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(of: (row: DeliveryRow) => T): T[] => rows.map(of);
  await sql`
    INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, created_at)
    SELECT endpoint, seq, event, view, entity, ${new Date(at).toISOString()}::timestamptz
    FROM unnest(${column(({ endpoint }) => endpoint)}::text[], ${column(({ event }) => event.seq)}::bigint[], ${column(({ event }) => event.id)}::text[],
      ${column(({ view }) => view)}::text[], ${column(({ entity }) => entity)}::text[]) AS made (endpoint, seq, event, view, entity)`.execute(transaction);
}
