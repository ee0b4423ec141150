/** The window against the plainest model there is: every admission in a list, and all windows looked at. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance, charge, emptyWindow, giveBack, resetUs, slotsPerWindow, waitUs, windowTerms } from "#limits/sliding-window.ts";

interface Admission {
  readonly atUs: number;
  readonly cost: number;
}

const requests = fc.array(fc.record({ gapUs: fc.nat({ max: 400_000 }), cost: fc.integer({ min: 1, max: 9 }) }), { minLength: 1, maxLength: 400 });
const policies = fc.record({ quota: fc.integer({ min: 1, max: 60 }), windowSeconds: fc.integer({ min: 1, max: 5 }) });

/** The most that any window of this length holds, both ends included. */
function busiest(admissions: readonly Admission[], windowUs: number): number {
  return Math.max(
    0,
    ...admissions.map(({ atUs: end }) => admissions.filter(({ atUs }) => atUs >= end - windowUs && atUs <= end).reduce((sum, { cost }) => sum + cost, 0)),
  );
}

describe("a window that slides", () => {
  test("holds no more than the quota, wherever it is put", () => {
    fc.assert(
      fc.property(policies, requests, (policy, sent) => {
        const terms = windowTerms(policy);
        const window = emptyWindow();
        const admitted: Admission[] = [];
        let nowUs = 1_000_000_007;
        for (const { gapUs, cost } of sent) {
          nowUs += gapUs;
          advance(window, terms, nowUs);
          if (waitUs(window, terms, cost, nowUs) > 0) continue;
          charge(window, terms, cost, nowUs);
          admitted.push({ atUs: nowUs, cost: Math.min(cost, policy.quota) });
        }
        expect(busiest(admitted, policy.windowSeconds * 1_000_000)).toBeLessThanOrEqual(policy.quota);
      }),
    );
  });

  test("refuses nothing that a window longer by a slot has room for", () => {
    fc.assert(
      fc.property(policies, requests, (policy, sent) => {
        const terms = windowTerms(policy);
        const window = emptyWindow();
        const admitted: Admission[] = [];
        let nowUs = 1_000_000_007;
        for (const { gapUs, cost } of sent) {
          nowUs += gapUs;
          advance(window, terms, nowUs);
          const price = Math.min(cost, policy.quota);
          const since = nowUs - policy.windowSeconds * 1_000_000 - terms.slotUs;
          const held = admitted.filter(({ atUs }) => atUs > since).reduce((sum, one) => sum + one.cost, 0);
          if (waitUs(window, terms, cost, nowUs) === 0) {
            charge(window, terms, cost, nowUs);
            admitted.push({ atUs: nowUs, cost: price });
          } else expect(held + price).toBeGreaterThan(policy.quota);
        }
      }),
    );
  });

  test("says to the microsecond when a request is admitted: not before, and then", () => {
    fc.assert(
      fc.property(policies, requests, fc.integer({ min: 1, max: 9 }), (policy, sent, cost) => {
        const terms = windowTerms(policy);
        const window = emptyWindow();
        let nowUs = 77_777_777;
        for (const one of sent) {
          nowUs += one.gapUs;
          advance(window, terms, nowUs);
          if (waitUs(window, terms, one.cost, nowUs) === 0) charge(window, terms, one.cost, nowUs);
        }
        const wait = waitUs(window, terms, cost, nowUs);
        expect(Number.isInteger(wait)).toBe(true);
        if (wait === 0) return;
        advance(window, terms, nowUs + wait - 1);
        expect(waitUs(window, terms, cost, nowUs + wait - 1)).toBe(1);
        advance(window, terms, nowUs + wait);
        expect(waitUs(window, terms, cost, nowUs + wait)).toBe(0);
      }),
    );
  });

  test("gives 0.97 of the quota and more to a caller that takes all there is, however it sends", () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1_000, max: 90_000 }), (policy, gapUs) => {
        const terms = windowTerms(policy);
        const window = emptyWindow();
        const windowUs = policy.windowSeconds * 1_000_000;
        let admitted = 0;
        const windows = 12;
        for (let nowUs = 0; nowUs < windows * windowUs; nowUs += Math.min(gapUs, windowUs / policy.quota / 10)) {
          const at = Math.floor(nowUs);
          advance(window, terms, at);
          while (waitUs(window, terms, 1, at) === 0) {
            charge(window, terms, 1, at);
            admitted += 1;
          }
        }
        expect(admitted).toBeGreaterThanOrEqual(0.97 * windows * policy.quota);
      }),
      { numRuns: 20 },
    );
  });

  test("what is given back is as if it had never been charged", () => {
    fc.assert(
      fc.property(policies, requests, fc.nat(), (policy, sent, which) => {
        const terms = windowTerms(policy);
        const [whole, without] = [emptyWindow(), emptyWindow()];
        const taken = which % sent.length;
        let nowUs = 0;
        let takenAt = 0;
        for (const [at, { gapUs, cost }] of sent.entries()) {
          nowUs += gapUs;
          for (const window of [whole, without]) advance(window, terms, nowUs);
          charge(whole, terms, cost, nowUs);
          if (at === taken) takenAt = nowUs;
          else charge(without, terms, cost, nowUs);
        }
        giveBack(whole, terms, sent[taken]?.cost ?? 0, takenAt);
        expect(whole).toEqual(without);
        expect(resetUs(whole, terms, nowUs)).toBe(resetUs(without, terms, nowUs));
      }),
    );
  });

  test("keeps no more slots than a window has and one, whatever is charged", () => {
    const terms = windowTerms({ quota: 1_000_000, windowSeconds: 1 });
    const window = emptyWindow();
    for (let nowUs = 0; nowUs < 5_000_000; nowUs += 777) {
      advance(window, terms, nowUs);
      charge(window, terms, 1, nowUs);
      expect(window.slots.length).toBeLessThanOrEqual(slotsPerWindow + 1);
    }
    expect(window.total).toBe(window.units.reduce((sum, units) => sum + units, 0));
  });
});
