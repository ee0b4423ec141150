/** Recording: once each, for the right partners, numbered without a gap, and handed out to the endpoints that are to have it. */
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { relayRound } from "#events/relay.ts";
import { eventPages } from "#store/event-pages.ts";
import { captured, type LogWorld, openLogWorld, parcel, queueOf } from "./log-world.ts";

let world: LogWorld;
beforeAll(async () => {
  world = await openLogWorld();
  await world.partner("ptr_a", "100", "101");
  await world.partner("ptr_b", "200");
  await world.partner("ptr_both", "100", "200");
  await world.partner("ptr_none");
});
afterAll(() => world.close());
beforeEach(() => world.clear());

const all = ["parcel.packed", "parcel.changed", "parcel.sent", "parcel.cost_changed", "parcel.removed"];

async function relayAll(source: ReturnType<typeof queueOf>): Promise<number> {
  let recorded = 0;
  for (;;) {
    const round = await relayRound(world.parts, source);
    if (round.kind === "done") recorded += round.recorded;
    if (round.kind === "done" && !round.more) return recorded;
  }
}

async function eventsOf(partner: string) {
  const query = { after: undefined, limit: 10_000, types: all, resource: undefined, resourceId: undefined };
  return (await eventPages(() => world.store).page({ partner, environment: "live" }, query)).events;
}

async function deliveries() {
  const { rows } = await sql<{ endpoint: string; seq: number; event: string; entity: string; state: string; parked: boolean; body: string }>`
    SELECT endpoint, seq::integer AS seq, event, entity, state, parked,
      (SELECT convert_from(body, 'UTF8') FROM sluice.event_bodies AS made JOIN sluice.webhook_endpoints AS of ON of.partner = made.partner
        WHERE of.id = deliveries.endpoint AND made.seq = deliveries.seq AND made.view = deliveries.view AND made.environment = of.environment) AS body
    FROM sluice.deliveries ORDER BY endpoint, seq`.execute(world.store);
  return rows;
}

test("a change becomes an event of each partner that holds one of its accounts, and of no other", async () => {
  await relayAll(
    queueOf([captured("P1"), captured("P2", { accounts: ["200"] }), captured("P3", { accounts: ["999"] }), captured("P4", { accounts: ["101", "100"] })]),
  );
  expect((await eventsOf("ptr_a")).map(({ resourceId, seq }) => [resourceId, seq])).toEqual([
    ["P1", 1],
    ["P4", 2],
  ]);
  expect((await eventsOf("ptr_b")).map(({ resourceId, seq }) => [resourceId, seq])).toEqual([["P2", 1]]);
  expect((await eventsOf("ptr_both")).map(({ resourceId, seq }) => [resourceId, seq])).toEqual([
    ["P1", 1],
    ["P2", 2],
    ["P4", 3],
  ]);
  expect(await eventsOf("ptr_none")).toEqual([]);
});

test("what is shared with everyone is an event of each partner that has an account in the environment", async () => {
  await relayAll(queueOf([captured("P1", { accounts: "everyone" })]));
  expect(await Promise.all(["ptr_a", "ptr_b", "ptr_both", "ptr_none"].map(async (partner) => (await eventsOf(partner)).length))).toEqual([1, 1, 1, 0]);
});

test("one change makes an event per rule, in the order of the rules, with the fields that differ as they were", async () => {
  const change = captured("P1", {
    operation: "changed",
    before: parcel("P1", { note: "before" }),
    after: parcel("P1", { status: "sent", note: "Grüße, 東京 🚚" }),
    changed: new Set(["status", "note"]),
  });
  await relayAll(queueOf([captured("P1"), change]));
  const events = await eventsOf("ptr_a");
  expect(events.map(({ type, entitySeq }) => [type, entitySeq])).toEqual([
    ["parcel.packed", 1],
    ["parcel.changed", 2],
    ["parcel.sent", 3],
  ]);
  expect(events[1]).toMatchObject({ previous: { status: "packed", note: "before" }, data: { note: "Grüße, 東京 🚚" } });
});

test("what is captured again after a crash between recording and forgetting is recorded once", async () => {
  const changes = Array.from({ length: 20 }, (_, at) => captured(`P${at % 4}`));
  const queue = queueOf(changes);
  const forgetful = { ...queue, next: async (limit: number) => ({ ...(await queue.next(limit)), recorded: () => Promise.reject(new Error("killed")) }) };
  await expect(relayRound(world.parts, forgetful)).rejects.toThrow("killed");
  await expect(relayRound(world.parts, forgetful)).rejects.toThrow("killed");
  expect(await relayAll(queue)).toBe(0);
  expect(queue.left()).toBe(0);
  expect((await eventsOf("ptr_a")).map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
});

test("only one relay works at a source at a time; another finds it taken, and goes on when the first is gone", async () => {
  const queue = queueOf([captured("P1")]);
  let enter = (): void => undefined;
  const entered = new Promise<void>((resolve) => (enter = resolve));
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const slow = {
    ...queue,
    next: async (limit: number) => {
      enter();
      await left;
      return queue.next(limit);
    },
  };
  const first = relayRound(world.parts, slow);
  await entered;
  expect(await relayRound(world.parts, queue)).toEqual({ kind: "taken" });
  leave();
  expect(await first).toMatchObject({ kind: "done", recorded: 1 });
  expect(await relayRound(world.parts, queue)).toMatchObject({ kind: "done", recorded: 0 });
});

test("a relay whose connection to the store is cut while it reads records nothing, and the next one records everything", async () => {
  const queue = queueOf(Array.from({ length: 10 }, (_, at) => captured(`P${at}`)));
  const cut = {
    ...queue,
    next: async (limit: number) => {
      await sql`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`.execute(
        world.store,
      );
      return queue.next(limit);
    },
  };
  await expect(relayRound(world.parts, cut)).rejects.toThrow();
  expect(await eventsOf("ptr_a")).toEqual([]);
  expect(await relayAll(queue)).toBe(10);
});

test("several relays of several sources number the same partners at once: dense, and visible in their order at every moment", async () => {
  const sources = Array.from({ length: 6 }, (_, at) =>
    queueOf(
      Array.from({ length: 120 }, (_one, index) =>
        captured(`P${(index * 7 + at) % 13}`, { key: `s${at}-${index}`, accounts: index % 3 === 0 ? ["100", "200"] : index % 3 === 1 ? ["200"] : "everyone" }),
      ),
      `erp live ${at}`,
    ),
  );
  let done = false;
  const seen: string[] = [];
  const watching = (async () => {
    while (!done) {
      for (const partner of ["ptr_a", "ptr_b", "ptr_both"]) {
        const events = await eventsOf(partner);
        if (events.some(({ seq }, at) => seq !== at + 1)) seen.push(`${partner}: ${events.map(({ seq }) => seq).join()}`);
      }
    }
  })();
  await Promise.all(
    sources.map(async (source) => {
      for (;;) {
        const round = await relayRound(world.parts, source, 17);
        if (round.kind === "done" && !round.more) return;
      }
    }),
  );
  done = true;
  await watching;
  expect(seen).toEqual([]);
  expect((await eventsOf("ptr_both")).length).toBe(720);
  expect((await eventsOf("ptr_a")).length).toBe(480);
  const things = new Map<string, number[]>();
  for (const { resourceId, entitySeq } of await eventsOf("ptr_both")) things.set(resourceId, [...(things.get(resourceId) ?? []), entitySeq]);
  for (const numbers of things.values()) expect([...numbers].sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
});

test("whatever is captured, repeated and interrupted: each partner has its own, once each, without a gap and in order", async () => {
  const change = fc.record({
    thing: fc.integer({ min: 0, max: 5 }),
    accounts: fc.constantFrom<Captured["accounts"]>(["100"], ["200"], ["100", "200"], ["101", "404"], [], "everyone"),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), async (changes, limits) => {
      await world.clear();
      const all = changes.map(({ thing, accounts }) => captured(`P${thing}`, { accounts }));
      const queue = queueOf(all);
      for (let round = 0; queue.left() > 0; round += 1) {
        const interrupted = round % 2 === 0 && round < 8;
        const source = interrupted
          ? { ...queue, next: async (limit: number) => ({ ...(await queue.next(limit)), recorded: () => Promise.reject(new Error("cut")) }) }
          : queue;
        await relayRound(world.parts, source, limits[round % limits.length]).catch((error: unknown) => {
          if (!(error instanceof Error && error.message === "cut")) throw error;
        });
      }
      for (const [partner, own] of [
        ["ptr_a", ["100", "101"]],
        ["ptr_b", ["200"]],
        ["ptr_both", ["100", "200"]],
      ] as const) {
        const expected = all.filter(({ accounts }) => accounts === "everyone" || accounts.some((account) => own.some((one) => one === account)));
        const events = await eventsOf(partner);
        expect(events.map(({ resourceId }) => resourceId)).toEqual(expected.map(({ id }) => id));
        expect(events.map(({ seq }) => seq)).toEqual(expected.map((_, at) => at + 1));
      }
    }),
    { numRuns: 40 },
  );
});

test("endpoints get what they want and may see: also while suspended or disabled, but nothing while unverified, nothing without the read scope", async () => {
  const wants = await world.endpoint("ptr_a");
  const packedOnly = await world.endpoint("ptr_a", { types: ["parcel.sent"] });
  const suspended = await world.endpoint("ptr_a", { state: "suspended" });
  const disabled = await world.endpoint("ptr_a", { state: "disabled" });
  const unverified = await world.endpoint("ptr_a", { state: "unverified" });
  const blind = await world.endpoint("ptr_a", { scopes: ["events:read"] });
  const others = await world.endpoint("ptr_b");
  await relayAll(queueOf([captured("P1")]));
  const made = await deliveries();
  expect(made.map(({ endpoint }) => endpoint)).toEqual([wants, suspended, disabled].sort());
  expect(made.every(({ state, parked }) => state === "pending" && !parked)).toBe(true);
  for (const endpoint of [packedOnly, unverified, blind, others]) expect(made.some((one) => one.endpoint === endpoint)).toBe(false);
});

test("what an endpoint is sent shows hidden fields only to the scopes that made it, and endpoints that see alike share their bytes", async () => {
  const whole = await world.endpoint("ptr_a");
  const alike = await world.endpoint("ptr_a");
  const cut = await world.endpoint("ptr_a", { scopes: ["parcels:read"] });
  const cost = captured("P1", {
    operation: "changed",
    before: parcel("P1", { cost: "1" }),
    changed: new Set(["cost", "note"]),
    after: parcel("P1", { note: "x" }),
  });
  await relayAll(queueOf([cost]));
  const made = await deliveries();
  const of = (endpoint: string) => made.filter((one) => one.endpoint === endpoint).map(({ body }) => JSON.parse(body));
  expect(of(whole).map(({ type }) => type)).toEqual(["parcel.changed", "parcel.cost_changed"]);
  expect(of(whole)[0]).toMatchObject({ seq: 1, data: { cost: "9.90" }, previous: { cost: "1", note: null } });
  expect(of(alike)).toEqual(of(whole));
  expect(of(cut)).toHaveLength(1);
  expect(of(cut)[0]).toMatchObject({ type: "parcel.changed", data: { id: "P1", note: "x" }, previous: { note: null } });
  expect(JSON.stringify(of(cut))).not.toContain("cost");
  const { rows } = await sql<{ count: number }>`SELECT count(*)::integer AS count FROM sluice.event_bodies`.execute(world.store);
  expect(rows[0]?.count).toBe(3);
});
