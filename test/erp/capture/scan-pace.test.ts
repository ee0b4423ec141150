/** A scan keeps its pace, however often it is asked, and never saves up more than a second's rows. */
import fc from "fast-check";
import { defineSource } from "sluice";
import { expect, test } from "vitest";
import { scanPace, secondsBetweenPasses } from "#erp/capture/scan-pace.ts";

/** Rows that are taken in a minute by somebody who asks every so many milliseconds, and goes on as long as a page may be read. */
function inAMinute(rowsPerSecond: number, everyMs: number): { readonly rows: number; readonly page: number } {
  let now = 0;
  const pace = scanPace({ rowsPerSecond }, () => now);
  let rows = 0;
  for (; now < 60_000; now += everyMs)
    while (pace.isReady()) {
      pace.took(pace.page);
      rows += pace.page;
    }
  return { rows, page: pace.page };
}

test("a source gives so many rows a second, give or take what is saved up and a page", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1_000 }), (rowsPerSecond, everyMs) => {
      const { rows, page } = inAMinute(rowsPerSecond, everyMs);
      expect(rows).toBeLessThanOrEqual(61 * Math.max(rowsPerSecond, page / 60) + 2 * page);
      expect(rows).toBeGreaterThanOrEqual(59 * rowsPerSecond - page);
    }),
  );
});

test("after a long pause no more than a second's rows are made up for", () => {
  let now = 0;
  const pace = scanPace({ rowsPerSecond: 1_000 }, () => now);
  while (pace.isReady()) pace.took(pace.page);
  now = 3_600_000;
  let pages = 0;
  for (; pace.isReady(); pages += 1) pace.took(pace.page);
  expect(pages).toBe(2);
});

test("what is found late is looked for more often where nothing else finds it", () => {
  expect(secondsBetweenPasses({}, false)).toBeLessThan(secondsBetweenPasses({}, true));
  expect(secondsBetweenPasses({ secondsBetweenPasses: 7 }, true)).toBe(7);
});

test("a pace that cannot be kept is refused where it is declared", () => {
  for (const scan of [{ rowsPerSecond: 0 }, { rowsPerSecond: Number.NaN }, { rowsPerSecond: 1e9 }, { secondsBetweenPasses: -1 }])
    expect(() => defineSource({ name: "erp", dialect: "postgres", scan })).toThrow(/Source "erp": scan\./);
});
