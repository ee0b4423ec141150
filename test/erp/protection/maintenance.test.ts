/** Maintenance windows begin and end on the clock of their zone: over midnight, over changes of the clock, and joined where they meet. */
import fc from "fast-check";
import { defineSource } from "sluice";
import { describe, expect, test } from "vitest";
import { type MaintenanceWindow, maintenanceSchedule, weekdays } from "#erp/protection/maintenance.ts";

const at = (text: string): number => Date.parse(text);
const zone = "Europe/Berlin";

/** When the maintenance ends that holds at an instant. */
function ends(windows: MaintenanceWindow | readonly MaintenanceWindow[], now: string): string | undefined {
  const endsAt = maintenanceSchedule("zone" in windows ? [windows] : windows).endsAt(at(now));
  return endsAt === undefined ? undefined : new Date(endsAt).toISOString();
}

describe("weekly", () => {
  const night: MaintenanceWindow = { days: ["friday"], from: "22:00", to: "04:30", zone };

  test.for([
    ["2026-11-27T20:59:59.999Z", undefined],
    ["2026-11-27T21:00:00.000Z", "2026-11-28T03:30:00.000Z"], // Friday 22:00 in Berlin
    ["2026-11-27T23:59:00.000Z", "2026-11-28T03:30:00.000Z"],
    ["2026-11-28T03:29:59.999Z", "2026-11-28T03:30:00.000Z"],
    ["2026-11-28T03:30:00.000Z", undefined],
    ["2026-11-28T21:30:00.000Z", undefined], // Saturday evening
  ])("over midnight: at %s it ends at %s", ([now = "", end]) => expect(ends(night, now)).toBe(end));

  test("summer time and winter time are those of the zone", () => {
    expect(ends(night, "2026-07-03T20:00:00Z")).toBe("2026-07-04T02:30:00.000Z");
    expect(ends(night, "2026-07-03T19:59:59Z")).toBeUndefined();
  });

  test("the night in which clocks go forward is an hour shorter, the one in which they go back an hour longer", () => {
    const saturday: MaintenanceWindow = { days: ["saturday"], from: "23:00", to: "06:00", zone };
    const length = (from: string) => (at(ends(saturday, from) ?? "") - at(from)) / 3_600_000;
    expect(length("2026-03-21T22:00:00Z")).toBe(7);
    expect(length("2026-03-28T22:00:00Z")).toBe(6);
    expect(length("2026-10-24T21:00:00Z")).toBe(8);
  });

  test("one that ends in the hour that comes twice ends with the second, and one that begins there begins with the first", () => {
    expect(ends({ days: ["sunday"], from: "00:00", to: "02:30", zone }, "2026-10-25T00:30:00Z")).toBe("2026-10-25T01:30:00.000Z");
    const late: MaintenanceWindow = { days: ["sunday"], from: "02:30", to: "05:00", zone };
    expect(ends(late, "2026-10-25T00:29:59Z")).toBeUndefined();
    expect(ends(late, "2026-10-25T00:30:00Z")).toBe("2026-10-25T04:00:00.000Z");
  });

  test("one that begins in the hour that is left out begins when the clock is past it", () => {
    const early: MaintenanceWindow = { days: ["sunday"], from: "02:30", to: "05:00", zone };
    expect(ends(early, "2026-03-29T01:29:59Z")).toBeUndefined();
    expect(ends(early, "2026-03-29T01:30:00Z")).toBe("2026-03-29T03:00:00.000Z");
  });

  test("a whole day is 00:00 to 24:00, and days that follow one another are one window", () => {
    const weekend: MaintenanceWindow = { days: ["saturday", "sunday"], from: "00:00", to: "24:00", zone: "UTC" };
    expect(ends(weekend, "2026-11-28T00:00:00Z")).toBe("2026-11-30T00:00:00.000Z");
    expect(ends(weekend, "2026-11-27T23:59:59Z")).toBeUndefined();
  });
});

describe("dated", () => {
  const yearEnd: MaintenanceWindow = { from: "2026-12-31 18:00", to: "2027-01-01 12:00", zone: "America/New_York" };

  test.for([
    ["2026-12-31T22:59:59Z", undefined],
    ["2026-12-31T23:00:00Z", "2027-01-01T17:00:00.000Z"],
    ["2027-01-01T17:00:00Z", undefined],
    ["2027-12-31T23:30:00Z", undefined],
  ])("once: at %s it ends at %s", ([now = "", end]) => expect(ends(yearEnd, now)).toBe(end));
});

test("windows that meet or overlap are one to whoever waits", () => {
  const windows: readonly MaintenanceWindow[] = [
    { days: ["monday"], from: "01:00", to: "03:00", zone: "UTC" },
    { days: ["monday"], from: "03:00", to: "04:00", zone: "UTC" },
    { from: "2026-11-30 03:30", to: "2026-11-30 09:00", zone: "UTC" },
  ];
  expect(ends(windows, "2026-11-30T02:00:00Z")).toBe("2026-11-30T09:00:00.000Z");
  expect(ends(windows, "2026-12-07T02:00:00Z")).toBe("2026-12-07T04:00:00.000Z");
});

test.for<[MaintenanceWindow, RegExp]>([
  [{ days: ["friday"], from: "22:00", to: "22:00", zone }, /ends when it begins; a whole day is 00:00 to 24:00/],
  [{ days: ["friday"], from: "24:00", to: "02:00", zone }, /"24:00" is no time of day/],
  [{ days: ["friday"], from: "7:00", to: "09:00", zone }, /"7:00" is no time of day, such as 22:30/],
  [{ days: ["friday"], from: "07:60", to: "09:00", zone }, /"07:60" is no time of day/],
  [{ days: ["friday"], from: "07:00", to: "09:00", zone: "Europe/Berlim" }, /there is no time zone "Europe\/Berlim"/],
  [{ from: "2026-02-30 07:00", to: "2026-03-01 07:00", zone }, /"2026-02-30 07:00" is no date and time/],
  [{ from: "2026-12-31", to: "2027-01-01", zone }, /"2026-12-31" is no date and time, such as 2026-12-31 18:00/],
  [{ from: "2027-01-01 07:00", to: "2026-01-01 07:00", zone }, /ends before it begins/],
])("%o is refused where the source is declared, in words", ([window, why]) => {
  expect(() => defineSource({ name: "erp", dialect: "postgres", maintenance: [window] })).toThrow(why);
  expect(() => defineSource({ name: "erp", dialect: "postgres", maintenance: [window] })).toThrow(`${window.from} to ${window.to}`);
});

describe("for all windows", () => {
  const minutes = fc.integer({ min: 0, max: 1_439 });
  const clock = (of: number): string => `${String(Math.floor(of / 60)).padStart(2, "0")}:${String(of % 60).padStart(2, "0")}`;
  const windows = fc.array(
    fc
      .record({
        days: fc.uniqueArray(fc.constantFrom(...weekdays), { minLength: 1, maxLength: 3 }),
        from: minutes,
        to: minutes,
        zone: fc.constantFrom("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"),
      })
      .filter(({ from, to }) => from !== to)
      .map(
        ({ days: [day = "sunday", ...others], from, to, zone: where }): MaintenanceWindow => ({
          days: [day, ...others],
          from: clock(from),
          to: clock(to),
          zone: where,
        }),
      ),
    { minLength: 1, maxLength: 2 },
  );
  /** Around the changes of the clock, too. */
  const instants = fc.integer({ min: at("2026-03-20T00:00:00Z") / 60_000, max: at("2026-11-10T00:00:00Z") / 60_000 }).map((minute) => minute * 60_000);

  test("the end is the first instant out of maintenance: a second before there is still one, and it ends then", () => {
    fc.assert(
      fc.property(windows, instants, (declared, now) => {
        const schedule = maintenanceSchedule(declared);
        const end = schedule.endsAt(now);
        if (end === undefined) return;
        expect(end).toBeGreaterThan(now);
        expect(schedule.endsAt(end)).toBeUndefined();
        expect(schedule.endsAt(end - 1_000)).toBe(end);
      }),
      { numRuns: 300 },
    );
  });

  test("what was asked before changes no answer, in whatever order, clocks that jump back included", () => {
    fc.assert(
      fc.property(
        windows,
        fc.array(instants, { minLength: 2, maxLength: 12 }),
        fc.array(fc.integer({ min: -90, max: 90 }), { maxLength: 12 }),
        (declared, some, steps) => {
          const used = maintenanceSchedule(declared);
          const near = steps.map((minutesLater) => (some[0] ?? 0) + minutesLater * 60_000);
          for (const now of [...some, ...near]) expect(used.endsAt(now)).toBe(maintenanceSchedule(declared).endsAt(now));
        },
      ),
      { numRuns: 200 },
    );
  });

  test("in UTC it is what the clock says", () => {
    fc.assert(
      fc.property(fc.constantFrom(...weekdays), minutes, minutes, instants, (day, from, to, now) => {
        if (from === to) return;
        const schedule = maintenanceSchedule([{ days: [day], from: clock(from), to: clock(to), zone: "UTC" }]);
        const date = new Date(now);
        const minute = date.getUTCHours() * 60 + date.getUTCMinutes();
        const today = weekdays[date.getUTCDay()] === day;
        const yesterday = weekdays[(date.getUTCDay() + 6) % 7] === day;
        const within = from < to ? today && minute >= from && minute < to : (today && minute >= from) || (yesterday && minute < to);
        expect(schedule.endsAt(now) !== undefined).toBe(within);
      }),
      { numRuns: 500 },
    );
  });
});
