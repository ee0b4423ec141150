/** What scans find, all the way into the event log: once each, also when the relay ends between recording and remembering. */
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventBodies } from "#contract/event-bodies.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import { type RelayParts, relayRound } from "#events/relay.ts";
import { fanOutOf } from "#events/render.ts";
import { eventLog } from "#store/event-log.ts";
import { bindAll, openScanned, orders, type Scanned, scanOf, stock } from "./scanning.ts";

const resources = bindAll("postgres");
let erp: Scanned;
let parts: RelayParts;
beforeAll(async () => {
  erp = await openScanned();
  const fanOut = fanOutOf(eventBodies([orders, stock], () => undefined));
  const rulesOf = (resource: string) => (resource === "orders" ? orders : stock).events;
  parts = { rulesOf, records: eventLog(() => erp.store), fanOut, now: Date.now };
  await sql`INSERT INTO sluice.partners (id, name, created_at) VALUES ('p1', 'p1', now())`.execute(erp.store);
  await sql`INSERT INTO sluice.partner_accounts (partner, environment, account) VALUES ('p1', 'live', 'C1')`.execute(erp.store);
});
afterAll(() => erp.close());
beforeEach(fresh);

async function fresh(): Promise<void> {
  await erp.empty();
  await sql`TRUNCATE sluice.events, sluice.partner_events, sluice.partner_heads, sluice.entity_heads CASCADE`.execute(erp.store);
}

/** The process ends when everything is recorded, and nothing else is done. */
function endsThen(source: CaptureSource): CaptureSource {
  return { ...source, next: async (limit) => ({ ...(await source.next(limit)), recorded: () => Promise.reject(new Error("the process ended")) }) };
}

/** Relays by a new process each time, until enough was looked at. */
async function relay(rounds: number, ends: (round: number) => boolean = () => false): Promise<void> {
  let source = await scanOf(erp, resources);
  for (let round = 0; round < rounds; round += 1) {
    if (!ends(round)) await relayRound(parts, source);
    else {
      await relayRound(parts, endsThen(source)).catch((error: unknown) => {
        if (!String(error).includes("the process ended")) throw error;
      });
      source = await scanOf(erp, resources);
    }
  }
}

/** What the partner was told, in the order of its numbers; these have no gap. */
async function toldPartner(): Promise<readonly { readonly type: string; readonly id: string; readonly status: unknown }[]> {
  const { rows } = await sql<{ type: string; resource_id: string; seq: string; data: Readonly<Record<string, unknown>> | null; origin: string }>`
    SELECT e.type, e.resource_id, e.data, e.origin, p.seq FROM sluice.partner_events p JOIN sluice.events e ON e.id = p.event WHERE p.partner = 'p1' ORDER BY p.seq`.execute(
    erp.store,
  );
  expect(rows.map(({ seq }) => Number(seq))).toEqual(rows.map((_, index) => index + 1));
  expect(rows.every(({ origin }) => origin === "scan")).toBe(true);
  return rows.map(({ type, resource_id: id, data }) => ({ type, id, status: data?.["status"] }));
}

const aPass = 12;

test("a change is told once, also when the process ends right after it was recorded, and so is the way back", async () => {
  await erp.run("INSERT INTO HDR (NO, CUS) VALUES ('1', 'C1'), ('2', 'C2')");
  await relay(aPass);
  await erp.run("UPDATE HDR SET CNF = 20260131");
  await relay(aPass, () => true);
  await erp.run("UPDATE HDR SET CNF = 0");
  await relay(aPass);
  expect((await toldPartner()).map(({ type, id }) => `${id} ${type}`)).toEqual(["1 order.confirmed", "1 order.confirmed"]);
});

test("whenever the process ends, whoever follows the events of an order knows in the end how it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(step, fc.integer({ min: 1, max: 8 }), fc.array(fc.boolean(), { maxLength: 8 })), { maxLength: 8 }), async (steps) => {
      await fresh();
      await relay(aPass);
      for (const [statement, rounds, ends] of steps) {
        await erp.run(statement);
        await relay(rounds, (round) => ends[round] === true);
      }
      await relay(2 * aPass);
      const told = await toldPartner();
      await relay(2 * aPass);
      expect(await toldPartner()).toEqual(told);
      const known = new Map<string, number>();
      for (const { type, id } of told) {
        if (type === "order.placed") known.set(id, 0);
        else if (type === "order.confirmed") known.set(id, (known.get(id) ?? 0) + 1);
        else if (type === "order.removed") known.delete(id);
      }
      const rows = await erp.erp.query({ text: `SELECT rtrim("NO") FROM "HDR"`, values: [] });
      expect([...known.keys()].sort()).toEqual(rows.map(([no]) => String(no)).sort());
    }),
    { numRuns: 10 },
  );
}, 120_000);

const numbers = fc.constantFrom("1", "2");
const step = fc.oneof(
  numbers.map((no) => `INSERT INTO HDR (NO, CUS) VALUES ('${no}', 'C1') ON CONFLICT DO NOTHING`),
  numbers.map((no) => `UPDATE HDR SET CNF = 20260131 - CNF WHERE NO = '${no}'`),
  numbers.map((no) => `DELETE FROM HDR WHERE NO = '${no}'`),
);
