/** Throttling of networks that send invalid credentials: exact in a process, shared between processes by Redis and by Postgres. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecallingAuthenticator } from "#control-plane/credentials/recalling-authenticator.ts";
import type { FailureRecords } from "#control-plane/failures/failure-records.ts";
import { createFailureWindows } from "#control-plane/failures/failure-windows.ts";
import { shareFailures } from "#control-plane/failures/share-failures.ts";
import { createThrottle } from "#control-plane/failures/throttle.ts";
import { openRedis } from "#entry/open-redis.ts";
import { failuresInRedis } from "#entry/shared-failures.ts";
import { unlimited } from "#pipeline/limits.ts";
import type { Principal } from "#pipeline/principal.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { failureRecords } from "#store/failed-authentications.ts";
import { createDatabase, gatewayTables, type TestDatabase } from "../../support/postgres.ts";
import { describeWith } from "../../support/requires.ts";

const limit = 5;
const windowMs = 2_000;

const principal: Principal = {
  partner: "ptr_1",
  partnerName: "First",
  environment: "live",
  keyId: "k",
  scopes: new Set(),
  accounts: [],
  apiVersion: "2026-01-01",
  expiresAt: undefined,
  limits: unlimited,
};

/** A process of its own. `known` and `good` are valid, the first of them is in memory. */
function processOf({ capacity = 100 } = {}) {
  const world = { elapsed: 0, looked: 0 };
  const windows = createFailureWindows({ limit, windowMs, capacity, elapsedMs: () => world.elapsed });
  const authenticator: RecallingAuthenticator = {
    async authenticate(token) {
      world.looked += 1;
      if (token === "good" || token === "known") return { kind: "authenticated", principal };
      return { kind: "refused", reason: token === "expired" ? "expired" : "unknown" };
    },
    recall: (token) => (token === "known" ? principal : undefined),
  };
  const throttle = createThrottle(windows);
  const throttled = throttle.over(authenticator);
  const ask = async (token: string, address?: string) => (await throttled.authenticate(token, 0, address)).kind;
  return { world, windows, throttle, throttled, ask };
}

describe("in a process", () => {
  test("the first failures are refused, then nothing is looked at until the window ends", async () => {
    const { world, ask, throttled, throttle } = processOf();
    for (let number = 0; number < limit; number += 1) expect(await ask("bad", "192.0.2.1")).toBe("refused");
    world.elapsed = 500;
    for (let number = 0; number < 1_000; number += 1) expect(await ask("bad", "192.0.2.1")).toBe("throttled");
    expect(world.looked).toBe(limit);
    expect(await throttled.authenticate("good", 0, "192.0.2.1")).toEqual({ kind: "throttled", retryAfterSeconds: 2 });
    world.elapsed = windowMs - 1;
    expect(await throttled.authenticate("bad", 0, "192.0.2.1")).toEqual({ kind: "throttled", retryAfterSeconds: 1 });
    world.elapsed = windowMs;
    expect(await ask("good", "192.0.2.1")).toBe("authenticated");
    expect(throttle.counts).toEqual({ refused: new Map([["unknown", limit]]), throttled: 1_002 });
  });

  test("a key that is known to be good passes from a throttled address, without a lookup", async () => {
    const { world, ask } = processOf();
    for (let number = 0; number < limit; number += 1) await ask("bad", "192.0.2.1");
    expect(await ask("known", "192.0.2.1")).toBe("authenticated");
    expect(await ask("good", "192.0.2.1")).toBe("throttled");
    expect(await ask("good", "192.0.2.2")).toBe("authenticated");
    expect(world.looked).toBe(limit + 1);
  });

  test("one IPv6 network is one, in whatever spelling an address comes; those who hide are one, too", async () => {
    const { ask } = processOf();
    for (let number = 0; number < limit; number += 1) await ask("bad", `2001:db8:1:2::${number}`);
    expect(await ask("good", "2001:DB8:1:2:ffff::1")).toBe("throttled");
    expect(await ask("good", "2001:db8:1:3::1")).toBe("authenticated");
    for (let number = 0; number < limit; number += 1) await ask("bad", number % 2 === 0 ? "192.0.2.1" : "::ffff:192.0.2.1");
    expect(await ask("good", "192.0.2.1")).toBe("throttled");
    for (let number = 0; number < limit; number += 1) await ask("bad", undefined);
    expect(await ask("good", undefined)).toBe("throttled");
  });

  test("a credential whose secret is right and whose time is over is no guess", async () => {
    const { ask } = processOf();
    for (let number = 0; number < 10 * limit; number += 1) expect(await ask("expired", "192.0.2.1")).toBe("refused");
  });

  test("made-up addresses take no more memory than there is for them", async () => {
    const { ask, windows } = processOf({ capacity: 10 });
    for (let number = 0; number < 1_000; number += 1) await ask("bad", `10.0.${number >> 8}.${number & 255}`);
    expect(windows.take(10_000).size).toBe(10);
  });
});

function between(records: () => FailureRecords): void {
  test("all count together, each learns of it with its next failure, and all forget it when the window ends", async () => {
    const address = `2001:db8:${randomBytes(2).toString("hex")}:1::1`;
    const processes = [processOf(), processOf(), processOf()];
    const round = () => Promise.all(processes.map(({ windows }) => shareFailures(windows, records())));
    for (const { ask } of processes) {
      expect(await ask("bad", address)).toBe("refused");
      expect(await ask("bad", address)).toBe("refused");
    }
    // Six in all. Whoever asked before the last has heard of fewer.
    await round();
    for (const { ask } of processes) await ask("bad", address);
    await round();
    for (const { ask } of processes) expect(await ask("good", address)).toBe("throttled");
    for (const { ask } of processes) expect(await ask("good", "192.0.2.77")).toBe("authenticated");
    await sleep(windowMs + 100);
    for (const { ask, world } of processes) {
      world.elapsed = windowMs + 100;
      expect(await ask("bad", address)).toBe("refused");
    }
    await round();
    for (const { ask } of processes) expect(await ask("good", address)).toBe("authenticated");
  });

  test("a round in which nothing failed asks nobody", async () => {
    const { windows } = processOf();
    await shareFailures(windows, { add: () => Promise.reject(new Error("asked")) });
  });
}

describe("between processes, in Postgres", () => {
  let database: TestDatabase;
  let store: Store;
  beforeAll(async () => {
    database = await createDatabase(gatewayTables);
    store = connectStore({ url: database.url, poolSize: 3, timeoutMs: 2_000, onBrokenConnection: () => undefined });
  });
  afterAll(async () => {
    await store.destroy();
    await database.drop();
  });
  between(() => failureRecords(store, windowMs));

  test("two that write the same addresses at once end in no deadlock, and lose no count", async () => {
    const records = failureRecords(store, 60_000);
    const networks = Array.from({ length: 50 }, (_, number) => `198.51.100.${number}`);
    await Promise.all(
      Array.from({ length: 40 }, (_, number) => records.add(new Map((number % 2 === 0 ? networks : networks.toReversed()).map((network) => [network, 1])))),
    );
    const counts = await records.add(new Map(networks.map((network) => [network, 1])));
    expect([...counts.values()].map(({ failures }) => failures)).toEqual(networks.map(() => 41));
  });
});

describeWith("redis", "between processes, in Redis", (url) => {
  let redis: ReturnType<typeof openRedis>;
  beforeAll(async () => {
    redis = openRedis({ url, onChange: () => undefined });
    while (redis.status !== "ready") await sleep(10);
  });
  afterAll(() => redis.disconnect());
  between(() => failuresInRedis(redis, { limit, windowMs }));

  test("Redis gone, each counts for itself, and hears of the others when it is back", async () => {
    const gone = openRedis({ url: "redis://127.0.0.1:1", onChange: () => undefined });
    const { ask, windows } = processOf();
    for (let number = 0; number < limit; number += 1) await ask("bad", "192.0.2.1");
    await expect(shareFailures(windows, failuresInRedis(gone, { limit, windowMs }))).rejects.toThrow();
    expect(await ask("good", "192.0.2.1")).toBe("throttled");
    gone.disconnect();
  });
});
