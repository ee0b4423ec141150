/** What counts in Redis and what counts in memory decide the same, for any sequence, at any moment. */
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { memoryCounts } from "#limits/memory-counts.ts";
import { limitCommands } from "#limits/redis-commands.ts";
import { windowTerms } from "#limits/sliding-window.ts";
import { parseTaken } from "#limits/taken.ts";
import type { Counted, RatePolicy } from "#pipeline/limits.ts";
import { describeWith } from "../support/requires.ts";

const policy = (name: string) => fc.record({ name: fc.constant(name), quota: fc.integer({ min: 1, max: 40 }), windowSeconds: fc.integer({ min: 1, max: 20 }) });
const steps = fc.array(
  fc.record({
    gapUs: fc.oneof(fc.nat({ max: 500_000 }), fc.nat({ max: 30_000_000 })),
    cost: fc.integer({ min: 1, max: 9 }),
    raise: fc.option(fc.integer({ min: 1, max: 30 })),
  }),
  {
    minLength: 1,
    maxLength: 60,
  },
);

describeWith("redis", "the script of limits", (url) => {
  let redis: Redis;
  beforeAll(() => {
    redis = new Redis(url);
  });
  afterAll(() => redis.disconnect());

  test("decides as memory does, and says the same of when and of what is left", async () => {
    const commands = limitCommands(redis);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(policy("burst"), policy("sustained"), steps, async (burst, sustained, sent) => {
        run += 1;
        const prefix = `sluice:{model-${process.pid}-${run}}`;
        const policies: readonly RatePolicy[] = [burst, sustained];
        const keys = [`${prefix}:inflight`, ...policies.map(({ name }) => `${prefix}:${name}`)];
        const caller: Counted = { partner: "p", environment: "live", keyId: "k", limits: { partner: policies, key: [], quotas: [], inflight: undefined } };
        const counts = memoryCounts({ capacity: 10 });
        const ask = async (nowUs: number, cost: number, back: number, backAt: number) => {
          const terms = policies.map(windowTerms).flatMap(({ quota, slotUs }) => [quota, slotUs, 0, 0, ""]);
          return parseTaken(await commands.take(keys, [nowUs, "", 30_000, 0, cost, back, backAt, ...terms]), policies.length);
        };
        let nowUs = 1_700_000_000_000_000;
        for (const { gapUs, cost, raise } of sent) {
          nowUs += gapUs;
          const clock = { nowUs, nowMs: nowUs / 1_000 };
          const here = counts.take(caller, cost, clock, 1);
          const there = await ask(nowUs, cost, 0, 0);
          same(here, there);
          if (here.kind === "refused" || raise === null) continue;
          same(await here.raise(raise), await ask(nowUs, raise, cost, nowUs));
        }
        await redis.del(...keys);
      }),
      { numRuns: 60 },
    );
  });

  function same(here: Awaited<ReturnType<ReturnType<typeof memoryCounts>["take"]>>, there: ReturnType<typeof parseTaken>): void {
    expect(there.admitted).toBe(here.kind === "admitted");
    if (here.kind === "refused") expect(Math.max(...there.policies.map(({ waitUs }) => waitUs))).toBe(here.waitUs);
    expect(there.policies.map(({ sum, resetUs }) => [sum, Math.max(1, Math.ceil(resetUs / 1_000_000))])).toEqual(
      here.standings.map(({ quota, left }) => [quota - (left?.units ?? 0), left?.seconds]),
    );
  }
});
