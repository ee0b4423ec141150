/** Records events in one transaction: numbers of things and partners, and a delivery for each endpoint that is to have one. */

import { sql } from "kysely";
import type { PartnerEvent } from "#events/event.ts";
import type { Concerned, EndpointReader, EventPlace, EventRecorder, FanOut, NewEvent, RecordedEvents } from "#events/event-log-records.ts";
import type { Store } from "./connect.ts";
import { deliveryRows, type EndpointRow, insertBodies, insertDeliveries, type Wanted } from "./event-deliveries.ts";

/** Rows of `partner_events` in one transaction: so that it is over well within the bound of a statement. */
const mostRows = 20_000;
/** Wakes who waits for events, in whatever process. */
const eventsChannel = "sluice_events";

/** A number of statements that does not depend on how many events there are, nor on how many endpoints others have. */
export async function recordEvents(
  transaction: Store,
  place: EventPlace,
  events: readonly NewEvent[],
  fanOut: FanOut,
  recordedAt: number,
): Promise<RecordedEvents> {
  const fresh = await unknownOf(transaction, place, events);
  const partnersOf = await partnersConcerned(transaction, place, fresh);
  const { numbered, taken } = bounded(events, fresh, partnersOf);
  if (numbered.length === 0) return { taken, recorded: 0, deliveries: 0 };
  // Locks are taken in one order by all who record, and rows of a table in that of their keys: nobody waits in a circle.
  const partners = [...new Set(numbered.flatMap(({ partners: of }) => of))].sort();
  const endpoints = await endpointsOf(transaction, place, partners);
  const wanted = wantedBy(endpoints, fanOut, numbered);
  const entitySeqs = await numberThings(transaction, place, numbered);
  const seqs = await numberPartners(transaction, place, numbered);
  const facts = numbered.map(({ event }, at) => ({ ...event, entitySeq: entitySeqs[at] ?? 0, recordedAt }));
  await insertEvents(transaction, place, facts);
  await insertPartnerEvents(transaction, place, numbered, seqs);
  const rows = deliveryRows(wanted, (at, partner): PartnerEvent => {
    const fact = facts[at];
    const seq = seqs[at]?.get(partner);
    if (fact === undefined || seq === undefined) throw new Error("a delivery of an event that has no number");
    return { ...fact, seq };
  });
  await insertBodies(transaction, place, rows, fanOut);
  await insertDeliveries(transaction, rows, recordedAt);
  await sql`SELECT pg_notify(${eventsChannel}, '')`.execute(transaction);
  return { taken, recorded: numbered.length, deliveries: rows.length };
}

interface Numbered {
  readonly event: NewEvent;
  /** Sorted. */
  readonly partners: readonly string[];
}

/** The events that are not in the log yet, each key and type once. */
async function unknownOf(transaction: Store, { source, environment }: EventPlace, events: readonly NewEvent[]): Promise<ReadonlySet<NewEvent>> {
  const keyed = events.filter(({ changeKey }) => changeKey !== undefined);
  const name = (changeKey: string | null | undefined, type: string): string => `${type} ${changeKey}`;
  const seen = new Set<string>();
  if (keyed.length > 0 && source !== undefined) {
    const { rows } = await sql<{ change_key: string; type: string }>`
      SELECT known.change_key, known.type
      FROM unnest(${keyed.map(({ changeKey }) => changeKey)}::text[], ${keyed.map(({ type }) => type)}::text[]) AS asked (change_key, type)
      JOIN sluice.events AS known ON known.source = ${source} AND known.environment = ${environment}
        AND known.change_key = asked.change_key AND known.type = asked.type`.execute(transaction);
    for (const { change_key: key, type } of rows) seen.add(name(key, type));
  }
  const fresh = new Set<NewEvent>();
  for (const event of events) {
    if (event.changeKey !== undefined) {
      const called = name(event.changeKey, event.type);
      if (seen.has(called)) continue;
      seen.add(called);
    }
    fresh.add(event);
  }
  return fresh;
}

/** Who is concerned by an event. Partners by their accounts as they are now. */
async function partnersConcerned(
  transaction: Store,
  { environment }: EventPlace,
  events: ReadonlySet<NewEvent>,
): Promise<(of: Concerned) => readonly string[]> {
  const accounts = new Set<string>();
  const named = new Set<string>();
  let everyone = false;
  for (const { concerns } of events) {
    if (concerns.kind === "everyone") everyone = true;
    else if (concerns.kind === "partner") named.add(concerns.partner);
    else for (const account of concerns.accounts) accounts.add(account);
  }
  const { rows } = await sql<{ account: string | null; partner: string }>`
    SELECT account, partner FROM sluice.partner_accounts
      WHERE environment = ${environment} AND (${everyone} OR account = ANY (${[...accounts]}::text[]))
    UNION ALL SELECT NULL, id FROM sluice.partners WHERE id = ANY (${[...named]}::text[])`.execute(transaction);
  const all = [...new Set(rows.filter(({ account }) => account !== null).map(({ partner }) => partner))].sort();
  const alive = new Set(rows.filter(({ account }) => account === null).map(({ partner }) => partner));
  const holders = new Map<string, string[]>();
  for (const { account, partner } of rows) if (account !== null) holders.set(account, [...(holders.get(account) ?? []), partner]);
  return (concerned) => {
    if (concerned.kind === "everyone") return all;
    if (concerned.kind === "partner") return alive.has(concerned.partner) ? [concerned.partner] : [];
    return [...new Set(concerned.accounts.flatMap((account) => holders.get(account) ?? []))].sort();
  };
}

/** As many events as one transaction takes; one at least. */
function bounded(events: readonly NewEvent[], fresh: ReadonlySet<NewEvent>, partnersOf: (of: Concerned) => readonly string[]) {
  const numbered: Numbered[] = [];
  let rows = 0;
  let taken = 0;
  for (const event of events) {
    if (fresh.has(event)) {
      const partners = partnersOf(event.concerns);
      rows += partners.length;
      if (numbered.length > 0 && rows > mostRows) break;
      numbered.push({ event, partners });
    }
    taken += 1;
  }
  return { numbered, taken };
}

/** Those of the partners concerned; how many others have makes no difference. An endpoint that is not verified is sent nothing but its challenge. */
async function endpointsOf(transaction: Store, { environment }: EventPlace, partners: readonly string[]): Promise<ReadonlyMap<string, readonly EndpointRow[]>> {
  const { rows } = await sql<EndpointRow & { scope_list: string[] }>`
    SELECT id, partner, types, to_char(api_version, 'YYYY-MM-DD') AS "apiVersion", scopes AS scope_list
    FROM sluice.webhook_endpoints
    WHERE environment = ${environment} AND partner = ANY (${[...partners]}::text[]) AND deleted_at IS NULL AND state <> 'unverified'
    ORDER BY id`.execute(transaction);
  const byPartner = new Map<string, EndpointRow[]>();
  for (const { scope_list: scopes, ...row } of rows) {
    const endpoints = byPartner.get(row.partner) ?? [];
    endpoints.push({ ...row, scopes: new Set(scopes) });
    byPartner.set(row.partner, endpoints);
  }
  return byPartner;
}

function wantedBy(endpoints: ReadonlyMap<string, readonly EndpointRow[]>, fanOut: FanOut, numbered: readonly Numbered[]): readonly Wanted[] {
  const views = new Map<EndpointReader, Map<string, string | undefined>>();
  const viewOf = (endpoint: EndpointReader, event: NewEvent): string | undefined => {
    const known = views.get(endpoint) ?? new Map<string, string | undefined>();
    views.set(endpoint, known);
    const key = `${event.resource} ${event.type}`;
    if (!known.has(key)) known.set(key, fanOut.view(endpoint, event));
    return known.get(key);
  };
  return numbered.flatMap(({ event, partners }, at) =>
    partners.flatMap((partner) =>
      (endpoints.get(partner) ?? []).flatMap((endpoint) => {
        const view = viewOf(endpoint, event);
        return view === undefined ? [] : [{ at, endpoint, view, entity: `${event.resource} ${event.resourceId}` }];
      }),
    ),
  );
}

/** The number of each event among those of its thing. */
async function numberThings(transaction: Store, { environment }: EventPlace, numbered: readonly Numbered[]): Promise<readonly number[]> {
  const counts = new Map<string, { readonly resource: string; readonly id: string; count: number }>();
  const places = numbered.map(({ event: { resource, resourceId } }) => {
    const key = `${resource} ${resourceId}`;
    const entry = counts.get(key) ?? { resource, id: resourceId, count: 0 };
    counts.set(key, entry);
    entry.count += 1;
    return { key, place: entry.count };
  });
  const things = [...counts.values()];
  const { rows } = await sql<{ resource: string; resource_id: string; seq: number }>`
    INSERT INTO sluice.entity_heads AS head (environment, resource, resource_id, seq)
    SELECT ${environment}, resource, resource_id, count
    FROM unnest(${things.map(({ resource }) => resource)}::text[], ${things.map(({ id }) => id)}::text[], ${things.map(({ count }) => count)}::bigint[])
      AS counted (resource, resource_id, count)
    ORDER BY resource, resource_id
    ON CONFLICT (environment, resource, resource_id) DO UPDATE SET seq = head.seq + excluded.seq
    RETURNING resource, resource_id, seq::float8 AS seq`.execute(transaction);
  const before = new Map(rows.map(({ resource, resource_id: id, seq }) => [`${resource} ${id}`, seq - (counts.get(`${resource} ${id}`)?.count ?? 0)]));
  return places.map(({ key, place }) => (before.get(key) ?? 0) + place);
}

/** The number of each event among those of each partner it concerns. From here until the end nobody else numbers events of these partners. */
async function numberPartners(transaction: Store, { environment }: EventPlace, numbered: readonly Numbered[]): Promise<readonly ReadonlyMap<string, number>[]> {
  const counts = new Map<string, number>();
  for (const { partners } of numbered) for (const partner of partners) counts.set(partner, (counts.get(partner) ?? 0) + 1);
  const { rows } = await sql<{ partner: string; seq: number }>`
    INSERT INTO sluice.partner_heads AS head (partner, environment, seq)
    SELECT partner, ${environment}, count FROM unnest(${[...counts.keys()]}::text[], ${[...counts.values()]}::bigint[]) AS counted (partner, count)
    ORDER BY partner
    ON CONFLICT (partner, environment) DO UPDATE SET seq = head.seq + excluded.seq
    RETURNING partner, seq::float8 AS seq`.execute(transaction);
  const next = new Map(rows.map(({ partner, seq }) => [partner, seq - (counts.get(partner) ?? 0)]));
  return numbered.map(({ partners }) => {
    const seqs = new Map<string, number>();
    for (const partner of partners) {
      const seq = (next.get(partner) ?? 0) + 1;
      next.set(partner, seq);
      seqs.set(partner, seq);
    }
    return seqs;
  });
}

type Fact = NewEvent & { readonly entitySeq: number; readonly recordedAt: number };

async function insertEvents(transaction: Store, { source, environment }: EventPlace, facts: readonly Fact[]): Promise<void> {
  const column = <T>(of: (fact: Fact) => T): T[] => facts.map(of);
  const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
  await sql`
    INSERT INTO sluice.events (id, environment, source, change_key, type, resource, resource_id, entity_seq, origin, occurred_at, recorded_at, data, previous)
    SELECT id, ${environment}, ${source ?? null}, change_key, type, resource, resource_id, entity_seq, origin, occurred_at, recorded_at, data::json, previous::json
    FROM unnest(${column(({ id }) => id)}::text[], ${column(({ changeKey }) => changeKey ?? null)}::text[], ${column(({ type }) => type)}::text[],
      ${column(({ resource }) => resource)}::text[], ${column(({ resourceId }) => resourceId)}::text[], ${column(({ entitySeq }) => entitySeq)}::bigint[],
      ${column(({ origin }) => origin)}::text[], ${column(({ occurredAt }) => new Date(occurredAt).toISOString())}::timestamptz[],
      ${column(({ recordedAt }) => new Date(recordedAt).toISOString())}::timestamptz[],
      ${column(({ data }) => json(data))}::text[], ${column(({ previous }) => json(previous))}::text[])
      AS noted (id, change_key, type, resource, resource_id, entity_seq, origin, occurred_at, recorded_at, data, previous)`.execute(transaction);
}

async function insertPartnerEvents(
  transaction: Store,
  { environment }: EventPlace,
  numbered: readonly Numbered[],
  seqs: readonly ReadonlyMap<string, number>[],
): Promise<void> {
  const rows = numbered.flatMap(({ event }, at) => [...(seqs[at] ?? [])].map(([partner, seq]) => ({ partner, seq, event: event.id })));
  if (rows.length === 0) return;
  await sql`
    INSERT INTO sluice.partner_events (partner, environment, seq, event)
    SELECT partner, ${environment}, seq, event
    FROM unnest(${rows.map(({ partner }) => partner)}::text[], ${rows.map(({ seq }) => seq)}::bigint[], ${rows.map(({ event }) => event)}::text[])
      AS noted (partner, seq, event)`.execute(transaction);
}

/** Over a transaction of its own each time. */
export function eventRecorder(store: Store): EventRecorder {
  return {
    record: (place, events, fanOut, recordedAt) => store.transaction().execute((transaction) => recordEvents(transaction, place, events, fanOut, recordedAt)),
  };
}
