/** Holds the log, the deliveries and what receivers saw against what was committed: nothing lost, nothing doubled, nothing out of order. */
import { createHash } from "node:crypto";
import type pg from "pg";
import type { FleetEndpoint, FleetPartner } from "../../support/event-fleet.ts";
import type { Receipt } from "../../support/receivers/recording.ts";
import type { ParcelHistory } from "./history.ts";

export interface Checked {
  /** Sentences; empty when all is well. */
  readonly violations: readonly string[];
  readonly events: number;
  /** By endpoint's path, how many deliveries are in each state; `held` is what waits for an endpoint that is not active. */
  readonly standing: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly repeated: number;
}

/** `store`: the gateway's own tables. All endpoints want all events, and were there before the first. */
export async function check(
  store: pg.Client,
  {
    histories,
    partners,
    endpoints,
    receipts,
  }: {
    readonly histories: readonly ParcelHistory[];
    readonly partners: readonly FleetPartner[];
    readonly endpoints: readonly FleetEndpoint[];
    readonly receipts: readonly Receipt[];
  },
): Promise<Checked> {
  const violations: string[] = [];
  const events = await checkLog(store, histories, violations);
  await checkNumbers(store, violations);
  await checkConcerned(store, histories, partners, violations);
  const standing = await checkAccounting(store, endpoints, violations);
  const repeated = await checkReceipts(store, endpoints, receipts, violations);
  return { violations, events, standing, repeated };
}

/** Each thing's events are those of its committed changes, in their order, numbered from 1. */
async function checkLog(store: pg.Client, histories: readonly ParcelHistory[], violations: string[]): Promise<number> {
  const { rows } = await store.query<{ resource_id: string; entity_seq: string; type: string; origin: string; moves: string | null }>(
    `SELECT resource_id, entity_seq, type, origin, data->>'moves' AS moves FROM sluice.events
      WHERE environment = 'test' AND resource = 'parcels' ORDER BY resource_id, events.entity_seq`,
  );
  const byThing = Map.groupBy(rows, ({ resource_id }) => resource_id);
  for (const { id, events } of histories) {
    const found = byThing.get(id) ?? [];
    byThing.delete(id);
    const shown = found.map(({ type, moves }) => (type === "parcel.moved" ? `${type} ${moves}` : type));
    const wanted = events.map(({ type, moves }) => (type === "parcel.moved" ? `${type} ${moves}` : type));
    const at = wanted.findIndex((one, position) => shown[position] !== one);
    const where = at >= 0 ? at : wanted.length;
    if (at >= 0 || shown.length !== wanted.length)
      violations.push(
        `${id}: ${wanted.length} events wanted, ${shown.length} in the log; from ${where + 1} on wanted ${wanted.slice(where, where + 4).join(", ")}, found ${shown.slice(where, where + 4).join(", ")}`,
      );
    if (found.some(({ entity_seq }, position) => Number(entity_seq) !== position + 1)) violations.push(`${id}: its events are not numbered from 1 on`);
    const strange = found.find(({ origin }) => origin !== "erp");
    if (strange) violations.push(`${id}: event ${strange.entity_seq} says that it came by ${strange.origin}`);
  }
  for (const id of byThing.keys()) violations.push(`${id}: events of a thing that nobody changed`);
  return rows.length;
}

/** From 1, without a gap, for each partner. */
async function checkNumbers(store: pg.Client, violations: string[]): Promise<void> {
  const { rows } = await store.query<{ partner: string; first: string; last: string; count: string }>(
    "SELECT partner, min(seq) AS first, max(seq) AS last, count(*) AS count FROM sluice.partner_events GROUP BY partner, environment",
  );
  for (const { partner, first, last, count } of rows)
    if (first !== "1" || last !== count) violations.push(`${partner}: ${count} events, numbered from ${first} to ${last}`);
}

/** Each event is in the log of those partners who hold its account, and of no other. */
async function checkConcerned(store: pg.Client, histories: readonly ParcelHistory[], partners: readonly FleetPartner[], violations: string[]): Promise<void> {
  const { rows } = await store.query<{ name: string; resource_id: string; count: string }>(
    `SELECT p.name, e.resource_id, count(*) AS count FROM sluice.partner_events pe JOIN sluice.events e ON e.id = pe.event
       JOIN sluice.partners p ON p.id = pe.partner WHERE e.resource = 'parcels' GROUP BY p.name, e.resource_id`,
  );
  const told = new Map(rows.map(({ name, resource_id, count }) => [`${name} ${resource_id}`, Number(count)]));
  for (const { id, account, events } of histories)
    for (const { name, accounts } of partners) {
      const wanted = accounts.includes(account) ? events.length : 0;
      const found = told.get(`${name} ${id}`) ?? 0;
      if (wanted !== found) violations.push(`${name} is told ${found} events of ${id}, of ${account}, instead of ${wanted}`);
    }
}

/** captured = delivered + held + dead + pending, and nothing else. */
async function checkAccounting(store: pg.Client, endpoints: readonly FleetEndpoint[], violations: string[]): Promise<Checked["standing"]> {
  const standing: Record<string, Record<string, number>> = {};
  for (const { id, path } of endpoints) {
    const { rows } = await store.query<{ state: string; active: boolean; count: string }>(
      `SELECT d.state, e.state = 'active' AS active, count(*) AS count FROM sluice.deliveries d JOIN sluice.webhook_endpoints e ON e.id = d.endpoint
        WHERE d.endpoint = $1 GROUP BY 1, 2`,
      [id],
    );
    const counts = Object.fromEntries(rows.map(({ state, active, count }) => [state === "pending" && !active ? "held" : state, Number(count)]));
    standing[path] = counts;
    const strange = Object.keys(counts).filter((state) => !["delivered", "held", "dead", "pending"].includes(state));
    if (strange.length > 0) violations.push(`${path}: deliveries are ${strange.join(", ")}`);
    const captured = await store.query<{ count: string; without: string }>(
      `SELECT count(*) AS count, count(*) FILTER (WHERE d.seq IS NULL) AS without FROM sluice.partner_events pe JOIN sluice.webhook_endpoints e ON e.id = $1
         LEFT JOIN sluice.deliveries d ON d.endpoint = e.id AND d.seq = pe.seq WHERE pe.partner = e.partner AND pe.environment = e.environment`,
      [id],
    );
    const sum = Object.values(counts).reduce((all, count) => all + count, 0);
    const [{ count, without } = { count: "0", without: "0" }] = captured.rows;
    if (without !== "0" || sum !== Number(count)) violations.push(`${path}: ${count} events, of which ${without} have no delivery; ${sum} deliveries`);
  }
  return standing;
}

/** What is called delivered has arrived, in the order of each thing, and what arrived twice was the same to the byte. */
async function checkReceipts(store: pg.Client, endpoints: readonly FleetEndpoint[], receipts: readonly Receipt[], violations: string[]): Promise<number> {
  let repeated = 0;
  const byPath = Map.groupBy(receipts, ({ path }) => path);
  for (const { id, path } of endpoints) {
    const own = byPath.get(path) ?? [];
    const first = new Map<string, Receipt>();
    const facts = new Map<string, string>();
    const digests = new Map<string, string>();
    const lastOf = new Map<string, number>();
    for (const receipt of own) {
      const fact = `${receipt.entity} ${receipt.entitySeq}`;
      if ((digests.get(receipt.id) ?? receipt.digest) !== receipt.digest) violations.push(`${path}: ${receipt.id} came with other bytes`);
      if ((facts.get(fact) ?? receipt.id) !== receipt.id) violations.push(`${path}: ${fact} came as ${facts.get(fact)} and as ${receipt.id}`);
      digests.set(receipt.id, receipt.digest);
      facts.set(fact, receipt.id);
      if (!receipt.taken) continue;
      if (first.has(receipt.id)) {
        repeated += 1;
        continue;
      }
      first.set(receipt.id, receipt);
      const before = lastOf.get(receipt.entity) ?? 0;
      if (receipt.entitySeq !== before + 1) violations.push(`${path}: of ${receipt.entity}, number ${receipt.entitySeq} came after ${before}`);
      lastOf.set(receipt.entity, receipt.entitySeq);
    }
    const { rows } = await store.query<{ event: string; body: Buffer | null }>(
      `SELECT d.event, b.body FROM sluice.deliveries d JOIN sluice.webhook_endpoints e ON e.id = d.endpoint
         LEFT JOIN sluice.event_bodies b ON b.partner = e.partner AND b.environment = e.environment AND b.seq = d.seq AND b.view = d.view
        WHERE d.endpoint = $1 AND d.state = 'delivered'`,
      [id],
    );
    const lost = rows.filter(({ event }) => !first.has(event));
    if (lost.length > 0) violations.push(`${path}: ${lost.length} are called delivered and never arrived, such as ${lost[0]?.event}`);
    const other = rows.filter(({ event, body }) => body !== null && createHash("sha256").update(body).digest("base64") !== first.get(event)?.digest);
    if (other.length > lost.length)
      violations.push(`${path}: ${other.length - lost.length} arrived with other bytes than are kept, such as ${other[0]?.event}`);
  }
  return repeated;
}
