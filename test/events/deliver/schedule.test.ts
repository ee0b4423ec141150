/** When a delivery that failed is sent again: the schedule, what receivers ask for, and how a resumed endpoint is led back. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allowedPerSecond, ramp } from "#events/deliver/ramp.ts";
import { retryAfterMs } from "#events/deliver/retry-after.ts";
import { pauseMs, pausesMs } from "#events/deliver/schedule.ts";

const now = Date.UTC(2026, 10, 24, 12, 0, 0);
const dayMs = 86_400_000;

describe("Retry-After", () => {
  test.each([
    ["120", 120_000],
    [" 120 ", 120_000],
    ["1.5", 1_500],
    ["86400", dayMs],
    ["86401", dayMs],
    ["999999999999999999999999", dayMs],
    ["9".repeat(400), dayMs],
    ["Tue, 24 Nov 2026 12:00:30 GMT", 30_000],
    ["Tuesday, 24-Nov-26 12:00:30 GMT", 30_000],
    ["Tue Nov 24 12:00:30 2026", 30_000],
    ["Fri, 24 Nov 2096 12:00:30 GMT", dayMs],
    ["Tue, 24 Nov 2026 11:59:30 GMT", undefined],
    ["Thu, 01 Jan 1970 00:00:00 GMT", undefined],
    ["0", undefined],
    ["-30", undefined],
    ["soon", undefined],
    ["", undefined],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["0x20", undefined],
    ["1e3", undefined],
    ["120, 60", undefined],
    ["2026-11-24T12:00:30Z", undefined],
    ["Tue, 24 Foo 2026 12:00:30 GMT", undefined],
  ])("%s", (value, ms) => {
    expect(retryAfterMs(value, now)).toBe(ms);
  });

  test("nothing that a receiver says makes a wait that is no number, or longer than a day", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const ms = retryAfterMs(value, now) ?? 0;
        expect(ms >= 0 && ms <= dayMs).toBe(true);
      }),
    );
    expect(retryAfterMs(undefined, now)).toBeUndefined();
  });
});

describe("the schedule", () => {
  test("pauses up to a minute are as they are, longer ones are drawn between a minute and themselves, and then it is over", () => {
    expect(pausesMs.map((_, at) => pauseMs(at + 1, undefined, () => 0))).toEqual([5_000, 30_000, ...Array.from({ length: 9 }, () => 60_000)]);
    expect(pauseMs(3, undefined, () => 0.5)).toBe(90_000);
    expect(pauseMs(11, undefined, () => 0.999_999)).toBeCloseTo(dayMs, -3);
    expect(pauseMs(12, undefined, () => 0)).toBeUndefined();
  });

  test("what a receiver asks for is waited for where it is more, and never shortens a pause", () => {
    expect(pauseMs(1, 120_000, () => 0)).toBe(120_000);
    expect(pauseMs(2, 1_000, () => 0)).toBe(30_000);
    expect(pauseMs(12, 120_000, () => 0)).toBeUndefined();
  });
});

describe("after a resumption", () => {
  test("the rate begins at one a second, doubles every ten seconds, and ends", () => {
    expect([0, 10_000, 20_000, 90_000].map(allowedPerSecond)).toEqual([1, 2, 4, 512]);
    expect(allowedPerSecond(100_000)).toBeUndefined();
    expect(allowedPerSecond(undefined)).toBeUndefined();
  });

  test("no more go than the rate allows, however often it is tried", () => {
    const slow = ramp(0, 0);
    const sent = (untilMs: number): number => {
      let count = 0;
      for (let ms = 0; ms < untilMs; ms += 10) if (slow.take(ms)) count += 1;
      return count;
    };
    // The integral of the rate over thirty seconds is 101, and one may go at once.
    expect(sent(30_000)).toBeGreaterThan(95);
    expect(sent(0)).toBe(0);
    expect(ramp(0, 0).take(0)).toBe(true);
    const fast = ramp(undefined, 0);
    expect(Array.from({ length: 1_000 }, () => fast.take(0)).every(Boolean)).toBe(true);
  });
});
