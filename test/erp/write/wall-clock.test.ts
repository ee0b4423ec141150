/** The ERP's wall clock, as commands write it. */
import { expect, test } from "vitest";
import { wallClock } from "#erp/write/wall-clock.ts";

test.each([
  ["2026-11-24T08:30:00Z", "Europe/Berlin", { date: "2026-11-24", time: "09:30:00" }],
  ["2026-12-31T23:30:59.999Z", "Europe/Berlin", { date: "2027-01-01", time: "00:30:59" }],
  ["2026-10-25T00:30:00Z", "Europe/Berlin", { date: "2026-10-25", time: "02:30:00" }],
  ["2026-10-25T01:30:00Z", "Europe/Berlin", { date: "2026-10-25", time: "02:30:00" }],
  ["2026-01-01T02:00:00Z", "America/Toronto", { date: "2025-12-31", time: "21:00:00" }],
])("%s in %s", (instant, zone, shown) => {
  expect(wallClock(new Date(instant), zone)).toEqual(shown);
});
