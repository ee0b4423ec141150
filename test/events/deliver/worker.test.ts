/** The worker that sends deliveries, over real tables and a real receiver. */
import { createHmac } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { DeliveryPoint } from "#events/deliver/worker.ts";
import { deliveryRecords } from "#store/deliveries.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { openSite, type Site, secret } from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());
beforeEach(async () => {
  site.arrivals.length = 0;
  site.answer = (_arrival, response) => void response.end("thanks");
  site.shiftMs = 0;
  await sql`UPDATE sluice.deliveries SET state = 'skipped', parked = false WHERE state IN ('pending', 'dead')`.execute(site.store);
  await sql`UPDATE sluice.webhook_endpoints SET failing_since = NULL`.execute(site.store);
  await sql`UPDATE sluice.delivery_queues SET leased_until = NULL, due_at = NULL, lease = lease + 1`.execute(site.store);
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const endpointRow = async (endpoint: string) => {
  const { rows } = await sql<{ state: string; state_reason: string | null; failing_since: Date | null; warned_at: Date | null }>`
    SELECT state, state_reason, failing_since, warned_at FROM sluice.webhook_endpoints WHERE id = ${endpoint}`.execute(site.store);
  return rows[0];
};
const resume = (endpoint: string) =>
  sql`UPDATE sluice.webhook_endpoints SET state = 'active', resumed_at = clock_timestamp() - interval '1 hour', failing_since = null WHERE id = ${endpoint}`.execute(
    site.store,
  );
const quiet = { disabled: () => undefined, failing: () => undefined, trouble: () => undefined, over: () => undefined, unsigned: () => undefined };
const isSorted = (numbers: readonly number[]): boolean => numbers.every((one, at) => at === 0 || one > (numbers[at - 1] ?? 0));
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("what is recorded", () => {
  test("is sent once, in the order of each thing, and the attempt is kept", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(
      endpoint,
      Array.from({ length: 300 }, (_, at) => `orders ${at % 7}`),
    );
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 300 });
    expect(new Set(site.arrivals.map(({ seq }) => seq)).size).toBe(300);
    expect(site.arrivals).toHaveLength(300);
    for (let entity = 0; entity < 7; entity++)
      expect(isSorted(site.arrivals.filter((arrival) => arrival.entity === `orders ${entity}`).map(({ seq }) => seq))).toBe(true);
    const [attempt] = await deliveryRecords(site.store).attempts(endpoint, 1);
    expect(attempt).toMatchObject({ attempt: 1, outcome: "delivered", status: 200, truncated: false });
    expect(Buffer.from(attempt?.answer ?? []).toString()).toBe("thanks");
  });

  test("is signed over the bytes that are sent, each attempt with the same id and bytes and the time it is made at", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1"]);
    site.answer = (_arrival, response) => void response.writeHead(500).end();
    await site.round();
    site.shiftMs = 10_000;
    site.answer = (_arrival, response) => void response.end();
    await site.round();
    expect(site.arrivals).toHaveLength(2);
    const [first, second] = site.arrivals;
    expect(second?.body).toBe(first?.body);
    expect(second?.event).toBe(first?.event);
    for (const { headers, body, event } of site.arrivals) {
      const timestamp = String(headers["webhook-timestamp"]);
      expect(headers["webhook-signature"]).toBe(`v1,${createHmac("sha256", secret).update(`${event}.${timestamp}.${body}`).digest("base64")}`);
      expect(headers["content-type"]).toBe("application/json");
    }
  });

  test("by another process is sent at once to one that listens to nothing but looks", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    const worker = site.worker();
    void worker.run();
    await site.record(endpoint, ["orders 1", "orders 2"]);
    await until(async () => (await site.states(endpoint))["delivered"] === 2);
    await worker.stop(1_000);
  });
});

describe("what fails", () => {
  test("is sent again by the schedule, given up after the twelfth attempt, and keeps back later events of its thing alone", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 2", "orders 1", "orders 1"]);
    site.answer = ({ entity }, response) => void response.writeHead(entity === "orders 1" ? 503 : 204).end();
    for (let attempt = 1; attempt <= 12; attempt++) {
      await site.round();
      expect(await site.states(endpoint)).toEqual({ delivered: 1, parked: 2, [attempt < 12 ? "pending" : "dead"]: 1 });
      // Not before its time.
      await site.round();
      expect(site.arrivals.filter(({ entity }) => entity === "orders 1")).toHaveLength(attempt);
      // By more than any pause, and the endpoint is not to have failed for three days.
      site.shiftMs += dayMs;
      await sql`UPDATE sluice.webhook_endpoints SET failing_since = NULL WHERE id = ${endpoint}`.execute(site.store);
    }
    site.answer = (_arrival, response) => void response.end();
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 1, parked: 2, dead: 1 });
    const { resent } = await site.store
      .transaction()
      .execute((transaction) => deliveryRecords(transaction).resend(endpoint, { states: ["dead"] }, { after: 0, last: 99, limit: 10 }));
    expect(resent).toBe(1);
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 4 });
    expect(site.arrivals.slice(-3).map(({ seq }) => seq)).toEqual([1, 3, 4]);
  });

  test("and is passed over lets what waits behind it go", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 1", "orders 1"]);
    site.answer = ({ seq }, response) => void response.writeHead(seq === 1 ? 500 : 200).end();
    await site.round();
    expect(await site.states(endpoint)).toEqual({ pending: 1, parked: 2 });
    expect(await site.store.transaction().execute((transaction) => deliveryRecords(transaction).skip(endpoint, 1))).toBe(true);
    await site.round();
    expect(await site.states(endpoint)).toEqual({ skipped: 1, delivered: 2 });
    expect(await site.store.transaction().execute((transaction) => deliveryRecords(transaction).skip(endpoint, 2))).toBe(false);
  });

  test("waits for as long as its receiver asks for", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1"]);
    site.answer = (_arrival, response) => void response.writeHead(429, { "Retry-After": "3600" }).end();
    await site.round();
    site.shiftMs = 50 * minuteMs;
    await site.round();
    expect(site.arrivals).toHaveLength(1);
    site.shiftMs = 61 * minuteMs;
    await site.round();
    expect(site.arrivals).toHaveLength(2);
  });
});

describe("an endpoint", () => {
  test("that answers 410 is disabled at once, and what was captured for it is held, none of it lost", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 2", "orders 3"]);
    site.answer = (_arrival, response) => void response.writeHead(410).end();
    const told: string[] = [];
    const queue = deliveryQueue(() => site.store, { tell: async (_recorder, { told: what, id }) => void told.push(`${what} ${id}`) });
    await site.worker({ queue }).run({ forMs: 5_000 });
    expect(await endpointRow(endpoint)).toMatchObject({ state: "disabled", state_reason: "The endpoint answered 410 Gone." });
    expect(await deliveryRecords(site.store).account(endpoint)).toEqual({ pending: 0, held: 3, delivered: 0, dead: 0, skipped: 0 });
    expect(told).toEqual([`disabled ${endpoint}`]);
    await site.record(endpoint, ["orders 4"]);
    const before = site.arrivals.length;
    await site.round();
    expect(site.arrivals).toHaveLength(before);
    site.answer = (_arrival, response) => void response.end();
    await resume(endpoint);
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 4 });
  });

  test("that fails is warned of after an hour and disabled after three days, and a success in between begins anew", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    const queue = deliveryQueue(() => site.store, { shiftMs: () => site.shiftMs });
    site.answer = (_arrival, response) => void response.writeHead(500).end();
    const fail = async (): Promise<void> => {
      await site.record(endpoint, [`orders ${crypto.randomUUID()}`]);
      await site.round();
    };
    await fail();
    expect((await endpointRow(endpoint))?.failing_since).not.toBeNull();
    expect(await queue.warn()).toEqual([]);
    site.shiftMs = 61 * minuteMs;
    expect(await queue.warn()).toEqual([endpoint]);
    expect(await queue.warn()).toEqual([]);
    site.shiftMs = 2 * dayMs;
    site.answer = (_arrival, response) => void response.end();
    await site.round();
    expect(await endpointRow(endpoint)).toMatchObject({ state: "active", failing_since: null, warned_at: null });
    site.answer = (_arrival, response) => void response.writeHead(500).end();
    await fail();
    site.shiftMs += 2 * dayMs;
    await fail();
    expect(await endpointRow(endpoint)).toMatchObject({ state: "active" });
    site.shiftMs += dayMs + hourMs;
    await fail();
    expect(await endpointRow(endpoint)).toMatchObject({ state: "disabled", state_reason: "Every attempt has failed for three days." });
  });

  test("that is suspended is sent nothing, and what waited for another attempt is due when it is resumed, in order", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 1", "orders 2"]);
    site.answer = ({ entity }, response) => void response.writeHead(entity === "orders 1" ? 500 : 200).end();
    await site.round();
    await sql`UPDATE sluice.webhook_endpoints SET state = 'suspended' WHERE id = ${endpoint}`.execute(site.store);
    await site.record(endpoint, ["orders 1", "orders 3"]);
    site.shiftMs = minuteMs;
    const before = site.arrivals.length;
    await site.round();
    expect(site.arrivals).toHaveLength(before);
    expect(await deliveryRecords(site.store).account(endpoint)).toEqual({ pending: 0, held: 4, delivered: 1, dead: 0, skipped: 0 });
    site.shiftMs = 0;
    site.answer = (_arrival, response) => void response.end();
    await resume(endpoint);
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 5 });
    expect(
      isSorted(
        site.arrivals
          .slice(before)
          .filter(({ entity }) => entity === "orders 1")
          .map(({ seq }) => seq),
      ),
    ).toBe(true);
  });

  test("of a suspended partner is sent nothing until the partner is resumed", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    const suspend = (at: string | null) => sql`UPDATE sluice.partners SET suspended_at = ${at}::timestamptz`.execute(site.store);
    await suspend("2026-11-24T00:00:00Z");
    try {
      await site.record(endpoint, ["orders 1", "orders 2"]);
      await site.round();
      expect(site.arrivals).toEqual([]);
      expect(await deliveryRecords(site.store).account(endpoint)).toEqual({ pending: 0, held: 2, delivered: 0, dead: 0, skipped: 0 });
    } finally {
      await suspend(null);
    }
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 2 });
  });

  test("that was resumed a moment ago is sent a few, not all at once", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await sql`UPDATE sluice.webhook_endpoints SET state = 'suspended' WHERE id = ${endpoint}`.execute(site.store);
    await site.record(
      endpoint,
      Array.from({ length: 200 }, (_, at) => `orders ${at}`),
    );
    await sql`UPDATE sluice.webhook_endpoints SET state = 'active', resumed_at = clock_timestamp() WHERE id = ${endpoint}`.execute(site.store);
    await site.worker().run({ forMs: 1_500 });
    expect(site.arrivals.length).toBeGreaterThan(0);
    expect(site.arrivals.length).toBeLessThan(20);
    expect(site.arrivals.map(({ seq }) => seq)).toEqual(site.arrivals.map((_, at) => at + 1));
  });

  test("that hangs takes a few requests and keeps no other waiting, however many such there are", async () => {
    const hanging = new Set(await site.endpoints(20));
    const healthy = await site.endpoints(40);
    for (const endpoint of [...hanging, ...healthy])
      await site.record(
        endpoint,
        Array.from({ length: 10 }, (_, at) => `orders ${at}`),
      );
    site.answer = ({ endpoint }, response) => {
      if (!hanging.has(endpoint)) response.end();
    };
    const worker = site.worker({}, { inFlight: 16 });
    void worker.run();
    await until(async () => {
      const { rows } = await sql<{
        left: number;
      }>`SELECT count(*)::integer AS left FROM sluice.deliveries WHERE endpoint = ANY (${healthy}) AND state <> 'delivered'`.execute(site.store);
      return rows[0]?.left === 0;
    });
    // All of it while the first requests to the others were still unanswered: of each no more than the two it is trusted with.
    const hung = site.arrivals.filter(({ endpoint }) => hanging.has(endpoint));
    expect(hung.length).toBeLessThanOrEqual(2 * hanging.size);
    await worker.stop(0);
  });
});

describe("workers", () => {
  test("share what there is: each delivery is made once, in the order of each thing", async () => {
    const endpoints = await site.endpoints(30);
    for (const endpoint of endpoints)
      await site.record(
        endpoint,
        Array.from({ length: 20 }, (_, at) => `orders ${at % 3}`),
      );
    await Promise.all([site.round(), site.round(), site.round()]);
    expect(site.arrivals).toHaveLength(600);
    for (const endpoint of endpoints) {
      expect(await site.states(endpoint)).toEqual({ delivered: 20 });
      for (let entity = 0; entity < 3; entity++)
        expect(isSorted(site.arrivals.filter((arrival) => arrival.endpoint === endpoint && arrival.entity === `orders ${entity}`).map(({ seq }) => seq))).toBe(
          true,
        );
    }
  });

  test("that hear of an answer after their lease was given to another write nothing of it", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 1"]);
    const held: (() => void)[] = [];
    site.answer = (_arrival, response) => void held.push(() => void response.writeHead(500).end());
    const late = site.worker();
    void late.run();
    await until(() => held.length === 1);
    // Another one, after a time in which nothing was heard of the first.
    site.answer = (_arrival, response) => void response.end();
    const ahead = site.worker({ queue: deliveryQueue(() => site.store, { shiftMs: () => 2 * minuteMs }) });
    void ahead.run();
    await until(async () => (await site.states(endpoint))["delivered"] === 2);
    held[0]?.();
    await late.stop(2_000);
    await ahead.stop(2_000);
    expect(await site.states(endpoint)).toEqual({ delivered: 2 });
    expect(await deliveryRecords(site.store).attempts(endpoint, 1)).toMatchObject([{ attempt: 1, outcome: "delivered" }]);
    expect(site.arrivals.map(({ seq }) => seq)).toEqual([1, 1, 2]);
    expect(new Set(site.arrivals.filter(({ seq }) => seq === 1).map(({ event }) => event)).size).toBe(1);
  });

  test("that end in the middle leave what they had to others, who send it under the same id", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(endpoint, ["orders 1", "orders 2", "orders 1"]);
    for (const [at, point] of (["taken", "sending", "answered", "writing"] satisfies DeliveryPoint[]).entries()) {
      let gone = false;
      const queue = deliveryQueue(() => site.store, { shiftMs: () => at * 2 * minuteMs });
      // From that point on nothing of it reaches the store or a receiver, as if it had been killed.
      const killed = (): Promise<never> => Promise.reject(new Error("killed"));
      const dying = site.worker({
        queue: { ...queue, turn: (turn) => (gone ? killed() : queue.turn(turn)), wake: () => (gone ? killed() : queue.wake()) },
        say: quiet,
        passing: (passed) => {
          gone ||= passed === point && (point !== "writing" || site.arrivals.length > 0);
        },
      });
      void dying.run();
      await until(() => gone);
    }
    site.shiftMs = 10 * minuteMs;
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 3 });
    const ids = site.arrivals.map(({ seq, event }) => `${seq} ${event}`);
    expect(new Set(ids).size).toBe(3);
  });

  test("that are told to stop wait for what is underway, write it, and leave the rest to be taken at once", async () => {
    const [endpoint = ""] = await site.endpoints(1);
    await site.record(
      endpoint,
      Array.from({ length: 50 }, (_, at) => `orders ${at}`),
    );
    site.answer = (_arrival, response) => void setTimeout(() => response.end(), 50);
    const worker = site.worker();
    void worker.run();
    await until(() => site.arrivals.length > 0);
    await worker.stop(5_000);
    const { delivered = 0 } = await site.states(endpoint);
    expect(delivered).toBe(site.arrivals.length);
    expect(delivered).toBeLessThan(50);
    await site.round();
    expect(await site.states(endpoint)).toEqual({ delivered: 50 });
    expect(site.arrivals).toHaveLength(50);
  });
});
