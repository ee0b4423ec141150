/** Limits of one process: exact, and in bounded memory however many partners come. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { memoryCounts } from "#limits/memory-counts.ts";
import type { Counted, LimitTerms } from "#pipeline/limits.ts";

const terms: LimitTerms = {
  partner: [
    { name: "burst", quota: 20, windowSeconds: 1 },
    { name: "sustained", quota: 50, windowSeconds: 10 },
  ],
  key: [{ name: "key-burst", quota: 10, windowSeconds: 1 }],
  quotas: [],
  inflight: 3,
};

const caller = (partner: string, keyId = partner): Counted => ({ partner, environment: "live", keyId, limits: terms });
const at = (nowUs: number) => ({ nowUs, nowMs: nowUs / 1_000 });

test("a request is charged to all policies or to none", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gapUs: fc.nat({ max: 300_000 }), cost: fc.integer({ min: 1, max: 15 }), key: fc.constantFrom("a", "b") }), { maxLength: 200 }),
      (sent) => {
        const counts = memoryCounts({ capacity: 100 });
        let nowUs = 0;
        for (const { gapUs, cost, key } of sent) {
          nowUs += gapUs;
          const before = counts.admitted(caller("p", key), nowUs);
          const answer = counts.take(caller("p", key), cost, at(nowUs), 1);
          const after = counts.admitted(caller("p", key), nowUs);
          const charged = after.map((units, index) => units - (before[index] ?? 0));
          if (answer.kind === "admitted") {
            expect(charged).toEqual([Math.min(cost, 20), cost, Math.min(cost, 10)]);
            answer.release();
          } else {
            expect(charged).toEqual([0, 0, 0]);
            expect(answer.violated.length).toBeGreaterThan(0);
          }
        }
      },
    ),
  );
});

test("places are given up once, however often a request says that it is over", () => {
  const counts = memoryCounts({ capacity: 100 });
  const held = Array.from({ length: 4 }, () => counts.take(caller("p"), 1, at(0), 1));
  expect(held.map(({ kind }) => kind)).toEqual(["admitted", "admitted", "admitted", "refused"]);
  const [first] = held;
  for (let times = 0; times < 3; times += 1) if (first?.kind === "admitted") first.release();
  const next = [counts.take(caller("p"), 1, at(0), 1), counts.take(caller("p"), 1, at(0), 1)];
  expect(next.map(({ kind }) => kind)).toEqual(["admitted", "refused"]);
});

test("a place that is never given up is free again where requests can end without a word", () => {
  const counts = memoryCounts({ capacity: 100, longestRequestMs: 1_000 });
  for (let taken = 0; taken < 3; taken += 1) expect(counts.take(caller("p"), 1, at(0), 1).kind).toBe("admitted");
  expect(counts.take(caller("p"), 1, at(999_999), 1).kind).toBe("refused");
  expect(counts.take(caller("p"), 1, at(1_000_000), 1).kind).toBe("admitted");
});

test("a hundred thousand partners are kept apart, and forgotten when nothing of them counts any more", () => {
  const counts = memoryCounts({ capacity: 250_000 });
  for (let partner = 0; partner < 100_000; partner += 1) {
    const answer = counts.take(caller(`p${partner}`), 20, at(partner), 1);
    expect(answer.kind).toBe("admitted");
    if (answer.kind === "admitted") answer.release();
  }
  expect(counts.size).toBe(200_000);
  expect(counts.take(caller("p0"), 20, at(200_000), 1).kind).toBe("refused");
  for (let partner = 0; partner < 100_000; partner += 1) counts.take(caller(`q${partner}`), 1, at(60_000_000 + partner), 1);
  expect(counts.size).toBeLessThanOrEqual(200_010);
});

test("never more is kept than fits, and those that were not heard of for longest go first", () => {
  const counts = memoryCounts({ capacity: 1_000 });
  for (let partner = 0; partner < 5_000; partner += 1) {
    counts.take(caller(`p${partner}`), 20, at(1_000 + partner), 1);
    expect(counts.size).toBeLessThanOrEqual(1_000);
  }
  expect(counts.take(caller("p4999"), 20, at(7_000), 1).kind).toBe("refused");
});
