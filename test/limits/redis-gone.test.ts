/** Redis killed, stopped, emptied and back: requests go on, each process holds its part of the limits, and all of it heals by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openRedis } from "#entry/open-redis.ts";
import { limits, type OpenLimits, redisDeadlineMs } from "#limits/limits.ts";
import type { Counted, LimitTerms } from "#pipeline/limits.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";
import { describeWith } from "../support/requires.ts";
import { noQuotas } from "./no-quotas.ts";

interface Process extends OpenLimits {
  readonly redis: Redis;
  readonly log: string[];
  readonly metrics: () => string;
  stop(): Promise<void>;
}

const terms = (quota: number, windowSeconds: number, more: Partial<LimitTerms> = {}): LimitTerms => ({
  partner: [{ name: "burst", quota, windowSeconds }],
  key: [],
  quotas: [],
  inflight: undefined,
  ...more,
});

describeWith("redis", "when Redis is gone", () => {
  let server: RedisServer;
  let processes: Process[] = [];
  let partners = 0;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.resume();
    await Promise.all(processes.map((one) => one.stop()));
    processes = [];
    await server.kill();
    await server.start();
  });

  async function open(count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const log: string[] = [];
      const note = (_fields: unknown, message: string): void => void log.push(message);
      const all = limits({
        elapsedMs: () => performance.now(),
        now: () => Date.now(),
        log: { info: note, warn: note },
        shared: { processId: `process-${at}`, deadlineMs: redisDeadlineMs },
      });
      const redis = openRedis({ url: server.url, onChange: () => undefined, silenceMs: 5_000 });
      const opened = all.over({ redis, quotas: noQuotas });
      await new Promise((resolve) => redis.once("ready", resolve));
      const beat = setInterval(() => void opened.tend(), 200);
      processes.push({
        ...opened,
        redis,
        log,
        metrics: all.metrics,
        async stop() {
          clearInterval(beat);
          redis.disconnect();
        },
      });
    }
    for (const one of processes) await one.tend();
    for (const one of processes) await one.tend();
  }

  function partner(limitTerms: LimitTerms): Counted {
    partners += 1;
    return { partner: `ptr_${partners}`, environment: "live", keyId: `key${partners}`, limits: limitTerms };
  }

  /** Asks each process so often, one request after the other; how many were admitted, by process. */
  async function ask(caller: Counted, each: number): Promise<readonly number[]> {
    return Promise.all(
      processes.map(async ({ limiter }) => {
        let admitted = 0;
        for (let sent = 0; sent < each; sent += 1) {
          const answer = await limiter.take(caller, 1);
          if (answer.kind === "admitted") {
            admitted += 1;
            answer.release();
          }
        }
        return admitted;
      }),
    );
  }

  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const isShared = ({ metrics }: Process): boolean => /sluice_limits_shared 1/.test(metrics());
  const until = async (condition: () => boolean): Promise<void> => {
    for (let tries = 0; !condition(); tries += 1) {
      if (tries > 500) throw new Error("it did not come to be");
      await sleep(20);
    }
  };

  const ways: readonly (readonly [name: string, away: () => Promise<void> | void, back: () => Promise<void> | void])[] = [
    ["killed and started anew", () => server.kill(), () => server.start()],
    ["stopped and continued", () => server.pause(), () => server.resume()],
  ];

  describe.each(ways)("%s", (_name, away, back) => {
    test("each process admits its part of the limit, and no request is held up for long", async () => {
      await open(4);
      await away();
      const counts = await ask(partner(terms(40, 600)), 30);
      expect(counts).toEqual([10, 10, 10, 10]);
    });

    test("what was admitted before and meanwhile counts when it is back: no window holds more than the limit", async () => {
      await open(4);
      const caller = partner(terms(40, 600));
      expect(sum(await ask(caller, 4))).toBe(16);
      await away();
      // Each has admitted 4, and may admit 10.
      expect(await ask(caller, 3)).toEqual([3, 3, 3, 3]);
      await back();
      await until(() => processes.every(isShared));
      // 28 are known to somebody. Each process tells with its first request.
      const later = await ask(caller, 10);
      expect(sum(later)).toBeLessThanOrEqual(12 + processes.length);
      expect(sum(later)).toBeGreaterThanOrEqual(12 - processes.length);
      expect(sum(await ask(caller, 3))).toBe(0);
    });

    test("says so once when it goes and once when it is back, however many requests come", async () => {
      await open(2);
      const caller = partner(terms(1_000_000, 600));
      await ask(caller, 20);
      await away();
      await ask(caller, 300);
      await until(() => processes.every((one) => !isShared(one)));
      await back();
      await until(() => processes.every(isShared));
      await ask(caller, 100);
      for (const { log } of processes)
        expect(log).toEqual([
          "Redis does not answer: each process counts limits by itself, for its part of them",
          "limits are counted for all processes together again",
        ]);
    });

    test("places of requests underway are held by each process for its part, and are free again afterwards", async () => {
      await open(2);
      const caller = partner(terms(1_000_000, 600, { inflight: 4 }));
      await away();
      const held = [];
      for (const { limiter } of processes) for (let sent = 0; sent < 4; sent += 1) held.push(await limiter.take(caller, 1));
      expect(held.map(({ kind }) => kind)).toEqual(["admitted", "admitted", "refused", "refused", "admitted", "admitted", "refused", "refused"]);
      for (const one of held) if (one.kind === "admitted") one.release();
      await back();
      await until(() => processes.every(isShared));
      for (const { limiter } of processes) {
        const answer = await limiter.take(caller, 1);
        expect(answer).toMatchObject({ kind: "admitted" });
        if (answer.kind === "admitted") answer.release();
      }
      expect(sum(await ask(caller, 10))).toBe(20);
    });
  });

  test("emptied: what was admitted is brought back by those who admitted it", async () => {
    await open(4);
    const caller = partner(terms(40, 600));
    expect(await ask(caller, 8)).toEqual([8, 8, 8, 8]);
    await processes[0]?.redis.flushall();
    // 8 are left. Until each has told what it knows, which is with its first request, too many may pass: one a process.
    expect(sum(await ask(caller, 10))).toBeLessThanOrEqual(8 + processes.length);
    expect(sum(await ask(caller, 3))).toBe(0);
    for (const one of processes) expect(one.log).toEqual([]);
  });

  test("stopped: few requests wait for it, and those for no longer than the deadline", async () => {
    await open(1);
    const caller = partner(terms(1_000_000, 600));
    await ask(caller, 50);
    server.pause();
    const waits: number[] = [];
    for (let sent = 0; sent < 1_000; sent += 1) {
      const since = performance.now();
      await processes[0]?.limiter.take(caller, 1);
      waits.push(performance.now() - since);
      if (sent % 50 === 0) await sleep(20);
    }
    waits.sort((a, b) => a - b);
    const percentile = (part: number) => waits[Math.floor(part * waits.length)] ?? 0;
    console.log(
      `Redis stopped, 1000 requests: p50 ${percentile(0.5).toFixed(2)} ms, p99 ${percentile(0.99).toFixed(1)} ms, longest ${waits.at(-1)?.toFixed(1)} ms`,
    );
    expect(waits.filter((ms) => ms > redisDeadlineMs / 2).length).toBeLessThan(20);
  });

  test("a process that ends in the middle of requests gives up its places when their leases end", async () => {
    await open(2);
    const caller = partner(terms(1_000_000, 600, { inflight: 2 }));
    const [first, second] = processes;
    for (let sent = 0; sent < 2; sent += 1) expect((await first?.limiter.take(caller, 1))?.kind).toBe("admitted");
    expect((await second?.limiter.take(caller, 1))?.kind).toBe("refused");
    // As after half a minute without the process: its leases are over.
    const key = `sluice:{${caller.partner}:live}:inflight`;
    const leases = await second?.redis.zrange(key, "0", "-1");
    expect(leases).toHaveLength(2);
    for (const lease of leases ?? []) await second?.redis.zadd(key, "1", lease);
    expect((await second?.limiter.take(caller, 1))?.kind).toBe("admitted");
  });

  test("keys end by themselves", async () => {
    await open(1);
    await ask(partner(terms(10, 60, { inflight: 5 })), 3);
    const redis = processes[0]?.redis;
    for (const key of (await redis?.keys("sluice:{*")) ?? []) expect(await redis?.pttl(key), key).toBeGreaterThan(0);
  });
});
