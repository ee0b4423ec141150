/** Dates and instants: every day of ten centuries, and clock changes against the runtime's own calendar. */

import fc from "fast-check";
import { date, dateTime, julianDate } from "sluice";
import { describe, expect, test } from "vitest";
import type { AnyConversion } from "#erp/binding/conversion.ts";
import { convert, drifted, read } from "../support/convert.ts";

const dayMs = 86_400_000;
const dayText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function* everyDay(): Generator<{ readonly day: string; readonly ordinal: number }> {
  for (let ms = Date.UTC(1900, 0, 1); ms < Date.UTC(2900, 0, 1); ms += dayMs) {
    const day = dayText(ms);
    yield { day, ordinal: (ms - Date.UTC(Number(day.slice(0, 4)), 0, 1)) / dayMs + 1 };
  }
}

describe.each<readonly [string, AnyConversion, (day: string, ordinal: number) => number, number]>([
  ["yyyymmdd", date("C"), (day) => Number(day.replaceAll("-", "")), 8],
  ["cyymmdd", date("C", { as: "cyymmdd" }), (day) => Number(day.replaceAll("-", "")) - 19_000_000, 7],
  ["cyyddd", julianDate("C"), (day, ordinal) => (Number(day.slice(0, 4)) - 1900) * 1000 + ordinal, 6],
  ["yyyyddd", julianDate("C", { as: "yyyyddd" }), (day, ordinal) => Number(day.slice(0, 4)) * 1000 + ordinal, 7],
])("%s", (_form, conversion, stored, width) => {
  test("reads every day from 1900 to 2899, as an integer and as CHAR, and writes what it reads", () => {
    let wrong = 0;
    for (const { day, ordinal } of everyDay()) {
      const integer = stored(day, ordinal);
      const text = String(integer).padStart(width, "0");
      const [back] = conversion.inverse?.equal(day) ?? [];
      if (read(conversion, integer) !== day || read(conversion, text) !== day || back?.[0] !== text) wrong += 1;
    }
    expect(wrong).toBe(0);
  });

  test("its stored texts are in the order of their dates", () => {
    const days = fc.date({ min: new Date("1900-01-01"), max: new Date("2899-12-31"), noInvalidDate: true }).map((at) => dayText(at.getTime()));
    fc.assert(
      fc.property(days, days, (left, right) => {
        const texts = [left, right].map((day) => String(conversion.inverse?.equal(day)[0]?.[0]));
        expect((texts[0] ?? "") < (texts[1] ?? "")).toBe(left < right);
      }),
    );
  });
});

test("dates before and after what a century digit can hold lie before and after every row", () => {
  for (const conversion of [date("C", { as: "cyymmdd" }), julianDate("C")]) {
    expect(conversion.inverse?.equal("1899-12-31")).toEqual([]);
    expect(conversion.inverse?.equal("2900-01-01")).toEqual([]);
    expect(
      ["gt", "gte", "lt", "lte"].map((operator) =>
        conversion.inverse?.range?.(operator === "gt" ? "gt" : operator === "gte" ? "gte" : operator === "lt" ? "lt" : "lte", "1899-12-31"),
      ),
    ).toEqual(["all", "all", "none", "none"]);
    expect(conversion.inverse?.range?.("lte", "2900-01-01")).toBe("all");
    expect(conversion.inverse?.range?.("gt", "2900-01-01")).toBe("none");
  }
  expect(convert(date("C", { as: "cyymmdd" }), 10000101)).toEqual(drifted);
  expect(convert(julianDate("C"), 1000001)).toEqual(drifted);
});

const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"];

/** The wall clock of an instant, from the runtime's own formatter. */
function wallClock(zone: string, at: number): string {
  const parts = new Map(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  return `${part("year").padStart(4, "0")}-${part("month")}-${part("day")} ${part("hour")}:${part("minute")}:${part("second")}`;
}

/** Instants around the clock changes of 2026 in these zones, minute by minute, and any others. */
const changes = [
  "2026-03-29T01:00:00Z",
  "2026-10-25T01:00:00Z",
  "2026-03-08T07:00:00Z",
  "2026-11-01T06:00:00Z",
  "2026-04-04T15:00:00Z",
  "2026-10-03T15:30:00Z",
].map((at) => Date.parse(at));
const instant = fc.oneof(
  fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -180, max: 180 })).map(([change, minutes]) => change + minutes * 60_000),
  fc.date({ min: new Date("1900-01-01"), max: new Date("2899-12-31"), noInvalidDate: true }).map((at) => Math.floor(at.getTime() / 1000) * 1000),
);

describe.each(zones)("an instant in %s", (zone) => {
  const one = dateTime("C", { zone });
  const two = dateTime("D", "T", { zone });

  test("is read from its wall clock; in a repeated hour it is the first of the two", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const clock = wallClock(zone, at);
        const readings = [at - 3_600_000, at - 1_800_000, at].filter((other) => wallClock(zone, other) === clock);
        const first = new Date(Math.min(...readings)).toISOString().replace(".000Z", "Z");
        expect(read(one, clock)).toBe(first);
        expect(read(two, Number(clock.slice(0, 10).replaceAll("-", "")), Number(clock.slice(11).replaceAll(":", "")))).toBe(first);
        expect(read(two, clock.slice(0, 10).replaceAll("-", ""), clock.slice(11).replaceAll(":", ""))).toBe(first);
      }),
      { numRuns: 300 },
    );
  });

  test("equals the columns that read as it, and no others", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const value = new Date(at).toISOString();
        for (const [day, time] of two.inverse?.equal(value) ?? []) expect(Date.parse(String(read(two, day, time)))).toBe(at);
        const clock = wallClock(zone, at);
        const readsAsIt = Date.parse(String(read(one, clock))) === at;
        expect(two.inverse?.equal(value)).toHaveLength(readsAsIt ? 1 : 0);
        expect(one.inverse?.within?.(value) !== "none").toBe(readsAsIt);
      }),
      { numRuns: 300 },
    );
  });

  test("a wall clock that a change of clocks skips reads as the hour after it", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const clock = wallClock(zone, at);
        for (const minutes of [30, 60]) {
          const skipped = new Date(Date.parse(`${clock.replace(" ", "T")}Z`) + minutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
          const back = wallClock(zone, Date.parse(String(read(one, skipped))));
          expect(back >= skipped).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("instants", () => {
  const berlin = dateTime("C", { zone: "Europe/Berlin" });
  test.each([
    ["2026-01-31 09:30:00", "2026-01-31T08:30:00Z"],
    ["2026-01-31T09:30:00.5", "2026-01-31T08:30:00.500Z"],
    ["2026-01-31 09:30:00.123456", "2026-01-31T08:30:00.123Z"],
    ["2026-01-31", "2026-01-30T23:00:00Z"],
    ["2026-01-31 09:30:00+00", "2026-01-31T09:30:00Z"],
    ["2026-01-31 09:30:00-05:30", "2026-01-31T15:00:00Z"],
    ["2026-01-31 09:30:00Z", "2026-01-31T09:30:00Z"],
  ])("%s is read", (stored, value) => expect(read(berlin, stored)).toBe(value));

  test("of the first centuries are not taken for the twentieth", () => {
    expect(read(dateTime("C", { zone: "UTC" }), "0001-01-01 00:00:00")).toBe("0001-01-01T00:00:00Z");
    expect(String(read(berlin, "0099-06-01 12:00:00"))).toMatch(/^0099-06-01T11:0/);
    expect(String(read(dateTime("D", "T", { zone: "America/New_York" }), 500101, 0))).toMatch(/^0050-01-01T04:5/);
  });

  test.each([[["infinity"]], [["0044-03-15 00:00:00 BC"]], [["2026-02-30 00:00:00"]], [["20260131"]], [[20260131]], [[""]]])("%j is no timestamp", (row) =>
    expect(convert(berlin, ...row)).toEqual(drifted),
  );

  const two = dateTime("D", "T", { zone: "UTC", nullWhen: [0] });
  test.each([
    [[20260131, 93000], "2026-01-31T09:30:00Z"],
    [["20260131", "093000"], "2026-01-31T09:30:00Z"],
    [[20260131, 0], "2026-01-31T00:00:00Z"],
    [[20260131, null], "2026-01-31T00:00:00Z"],
    [["20260131", "      "], "2026-01-31T00:00:00Z"],
    [[0, 93000], null],
    [[null, 93000], null],
  ])("date and time %j are read", (row, value) => expect(read(two, ...row)).toBe(value));
  test.each([[[20260131, 240000]], [[20260131, 96000]], [[20260131, 93060]], [[20260131, -1]], [[20260131, "9:3000"]], [[20260230, 93000]]])(
    "date and time %j do not fit",
    (row) => expect(convert(two, ...row)).toEqual(drifted),
  );
});
