/** Quotas of days and months: fixed windows in UTC, exact over processes, and held to a part while their store is gone. */
import { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { circuit } from "#limits/circuit.ts";
import { periodOf } from "#limits/period.ts";
import { noPoints, type QuotaStore, type Quotas, quotaBook } from "#limits/quotas.ts";
import type { Counted, QuotaPolicy } from "#pipeline/limits.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { expireQuotas, quotaStore } from "#store/quota-store.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../support/postgres.ts";
import { describeWith } from "../support/requires.ts";

const noon = Date.UTC(2026, 10, 24, 12);
const daily = (quota: number): QuotaPolicy => ({ name: "daily", quota, window: "day" });
const monthly = (quota: number): QuotaPolicy => ({ name: "monthly", quota, window: "month" });

let callers = 0;
function caller(...quotas: readonly QuotaPolicy[]): Counted {
  callers += 1;
  return { partner: `ptr_${process.pid}_${callers}`, environment: "live", keyId: "key", limits: { partner: [], key: [], quotas, inflight: undefined } };
}

/** One process's quotas. */
function openQuotas(store: QuotaStore, processes = 1): { readonly quotas: Quotas; readonly changes: boolean[] } {
  const changes: boolean[] = [];
  const way = circuit({ elapsedMs: () => performance.now(), deadlineMs: 1_000, onChange: (closed) => void changes.push(closed) });
  return { quotas: quotaBook(() => processes).over(store, way.attempt), changes };
}

describe("periods", () => {
  test("are days and months of UTC, leap days and ends of years among them", () => {
    expect(periodOf("day", noon)).toEqual({ name: "2026-11-24", endsAt: Date.UTC(2026, 10, 25), seconds: 86_400 });
    expect(periodOf("month", noon)).toEqual({ name: "2026-11", endsAt: Date.UTC(2026, 11, 1), seconds: 30 * 86_400 });
    expect(periodOf("month", Date.UTC(2028, 1, 29))).toEqual({ name: "2028-02", endsAt: Date.UTC(2028, 2, 1), seconds: 29 * 86_400 });
    expect(periodOf("day", Date.UTC(2026, 11, 31, 23, 59, 59, 999))).toMatchObject({ name: "2026-12-31", endsAt: Date.UTC(2027, 0, 1) });
  });
});

function quotasIn(open: () => QuotaStore): void {
  test("are exact for requests of several processes at once", async () => {
    const [one, other] = [openQuotas(open()), openQuotas(open())];
    const who = caller(daily(50));
    const answers = await Promise.all(Array.from({ length: 80 }, (_, at) => (at % 2 === 0 ? one : other).quotas.take(who, 1, noon, 1_000)));
    // A refused request counts for the moment that it takes to refuse it, so that the last ones may be too few, never too many.
    const admitted = answers.filter(({ kind }) => kind === "admitted").length;
    expect(admitted).toBe(50);
  });

  test("refuse at their end and begin anew with the next period", async () => {
    const { quotas } = openQuotas(open());
    const who = caller(daily(3), monthly(5));
    for (let sent = 0; sent < 3; sent += 1) expect((await quotas.take(who, 1, noon, 1_000)).kind).toBe("admitted");
    expect(await quotas.take(who, 1, noon, 1_000)).toMatchObject({ kind: "refused", violated: ["daily"], waitUs: 12 * 3_600 * 1_000_000 });
    const tomorrow = noon + 86_400_000;
    for (let sent = 0; sent < 2; sent += 1) expect((await quotas.take(who, 1, tomorrow, 1_000)).kind).toBe("admitted");
    expect(await quotas.take(who, 1, tomorrow, 1_000)).toMatchObject({ kind: "refused", violated: ["monthly"] });
  });

  test("a request that is raised beyond them has cost nothing", async () => {
    const { quotas } = openQuotas(open());
    const who = caller(daily(10));
    const first = await quotas.take(who, 1, noon, 1_000);
    if (first.kind === "refused") throw new Error("refused");
    expect((await first.raise(8)).kind).toBe("admitted");
    const second = await quotas.take(who, 1, noon, 1_000);
    if (second.kind === "refused") throw new Error("refused");
    expect((await second.raise(3)).kind).toBe("refused");
    await expect.poll(async () => (await quotas.take(who, 1, noon, 1_000)).standings[0]?.left?.units).toBe(1);
  });

  test("a store that has lost its counts is told what was known of them", async () => {
    const store = open();
    const { quotas } = openQuotas(store);
    const who = caller(daily(10));
    for (let sent = 0; sent < 6; sent += 1) await quotas.take(who, 1, noon, 1_000);
    await store.set(`{${who.partner}:live}:2026-11-24`, 0, 86_400);
    expect((await quotas.take(who, 1, noon, 1_000)).standings[0]?.left?.units).toBe(3);
    expect((await openQuotas(store).quotas.take(who, 1, noon, 1_000)).standings[0]?.left?.units).toBe(2);
  });

  test("while the store is gone each process admits its part, and tells of it when the store is back", async () => {
    const store = open();
    let gone = false;
    const failing = <T>(work: () => Promise<T>): Promise<T> => (gone ? Promise.reject(new Error("gone")) : work());
    const flaky: QuotaStore = {
      penalty: (...args) => failing(() => store.penalty(...args)),
      reward: (...args) => failing(() => store.reward(...args)),
      set: (...args) => failing(() => store.set(...args)),
    };
    const { quotas, changes } = openQuotas(flaky, 4);
    const who = caller(daily(100));
    for (let sent = 0; sent < 20; sent += 1) await quotas.take(who, 1, noon, 1_000);
    gone = true;
    let admitted = 0;
    for (let sent = 0; sent < 40; sent += 1) if ((await quotas.take(who, 1, noon, 1_000)).kind === "admitted") admitted += 1;
    expect(admitted).toBe(20);
    gone = false;
    await expect.poll(async () => (await quotas.take(who, 1, noon, 1_000)) && changes, { interval: 50 }).toEqual([false, true]);
    const known = (await openQuotas(store).quotas.take(who, 1, noon, 1_000)).standings[0]?.left?.units ?? 0;
    expect(known).toBeLessThanOrEqual(100 - 42);
    expect(known).toBeGreaterThan(100 - 60);
  });
}

describe("quotas in the gateway's own tables", () => {
  let database: TestDatabase;
  let store: Store;
  beforeAll(async () => {
    database = await createDatabase(gatewayTables);
    store = connectStore({ url: database.url, poolSize: 4, timeoutMs: 5_000, onBrokenConnection: () => undefined });
  });
  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });

  quotasIn(() => quotaStore(() => store));

  test("what has expired is removed", async () => {
    await quotaStore(() => store).set("old", 5, 1);
    await expireQuotas(store, Date.now() + 10_000);
    const left = await store.selectFrom("quotas").select("key").where("key", "like", "%old").execute();
    expect(left).toEqual([]);
  });
});

describeWith("redis", "quotas in Redis", (url) => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(url);
  });
  afterAll(() => redis.disconnect());
  quotasIn(() => new RateLimiterRedis({ storeClient: redis, points: noPoints, duration: 1, keyPrefix: "sluice:quota-test" }));
});
