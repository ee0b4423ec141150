/** Maintenance windows: when a source is left alone because its people work on it, in their own local time. */

import { type TimeZone, timeZone } from "#lib/time-zone.ts";
import type { Environment } from "./settings.ts";

export const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

export type Weekday = (typeof weekdays)[number];

interface Where {
  /** IANA name of the zone in which `from` and `to` are read on a clock: `Europe/Berlin`. */
  readonly zone: string;
  /** Only in one environment; in both without it. */
  readonly environment?: Environment;
}

/** Every week. `from` and `to` are `HH:MM`; a `to` that is not after `from` is the next day's, and `24:00` ends the day. */
export interface WeeklyWindow extends Where {
  /** The days on which it begins. */
  readonly days: readonly [Weekday, ...Weekday[]];
  readonly from: string;
  readonly to: string;
}

/** Once. `from` and `to` are `YYYY-MM-DD HH:MM`. */
export interface DatedWindow extends Where {
  readonly from: string;
  readonly to: string;
}

export type MaintenanceWindow = WeeklyWindow | DatedWindow;

export interface MaintenanceSchedule {
  /** When the maintenance ends that holds now, in ms since the epoch; undefined without any. */
  endsAt(now: number): number | undefined;
}

/** A window as partners are told of it: `friday 22:00 to 04:00 (Europe/Berlin)`. */
export function windowInWords(window: MaintenanceWindow): string {
  const days = "days" in window ? `${window.days.join(", ")} ` : "";
  return `${days}${window.from} to ${window.to} (${window.zone}${window.environment === undefined ? "" : `, ${window.environment} only`})`;
}

interface Occurrence {
  readonly start: number;
  readonly end: number;
}

type Occurrences = (around: number) => readonly Occurrence[];

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Throws when a window is malformed, in a sentence that names it. */
export function maintenanceSchedule(windows: readonly MaintenanceWindow[]): MaintenanceSchedule {
  const all = windows.map(occurrencesOf);
  /** The answer holds from `from` until `until`: most requests cost a comparison. */
  let known: { readonly from: number; readonly until: number; readonly end: number | undefined } | undefined;

  function look(now: number): { readonly from: number; readonly until: number; readonly end: number | undefined } {
    let end: number | undefined;
    // Windows that meet or overlap are one to whoever has to wait. A schedule without an end ends after that many.
    for (let rounds = 0; rounds < 400; rounds += 1) {
      const at = end ?? now;
      const later = Math.max(at, ...all.flatMap((of) => of(at).flatMap(({ start, end: to }) => (start <= at && at < to ? [to] : []))));
      if (later === at) break;
      end = later;
    }
    if (end !== undefined) return { from: now, until: end, end };
    // Nobody asks a week ahead: looked at again in a day at the latest.
    const starts = all.flatMap((of) => of(now).flatMap(({ start }) => (start > now ? [start] : [])));
    return { from: now, until: Math.min(now + dayMs, ...starts), end };
  }

  return {
    endsAt(now) {
      if (all.length === 0) return undefined;
      if (known === undefined || now >= known.until || now < known.from) known = look(now);
      return known.end;
    },
  };
}

function occurrencesOf(window: MaintenanceWindow): Occurrences {
  const zone = zoneOf(window);
  return "days" in window ? weekly(window, zone) : dated(window, zone);
}

function weekly(window: WeeklyWindow, zone: TimeZone): Occurrences {
  const from = minutesOf(window, window.from, 24 * 60 - 1);
  const to = minutesOf(window, window.to, 24 * 60);
  const days = new Set(window.days.map((day) => weekdays.indexOf(day)));
  if (days.size === 0 || days.has(-1)) fail(window, `the days are some of ${weekdays.join(", ")}`);
  if (from === to) fail(window, "it ends when it begins; a whole day is 00:00 to 24:00");
  const lengthMs = (to > from ? to - from : to + 24 * 60 - from) * minuteMs;
  return (around) => {
    const today = Math.floor(zone.toLocal(around) / dayMs);
    return [-2, -1, 0, 1, 2].flatMap((offset) => {
      const day = today + offset;
      if (!days.has((((day + 4) % 7) + 7) % 7)) return []; // day 0, 1970-01-01, was a Thursday
      const start = day * dayMs + from * minuteMs;
      return [{ start: zone.toUtc(start), end: lastUtc(zone, start + lengthMs) }];
    });
  };
}

function dated(window: DatedWindow, zone: TimeZone): Occurrences {
  const start = zone.toUtc(localOf(window, window.from));
  const end = lastUtc(zone, localOf(window, window.to));
  if (end <= start) fail(window, "it ends before it begins");
  const only = [{ start, end }];
  return () => only;
}

/** In an hour that comes twice a window begins with the first and ends with the second: nobody is sent to a closed door. */
function lastUtc(zone: TimeZone, localMs: number): number {
  const first = zone.toUtc(localMs);
  const second = localMs - (zone.toLocal(first + dayMs) - (first + dayMs));
  return second > first && zone.toLocal(second) === localMs ? second : first;
}

function zoneOf(window: MaintenanceWindow): TimeZone {
  try {
    return timeZone(window.zone);
  } catch {
    return fail(window, `there is no time zone "${window.zone}"`);
  }
}

function minutesOf(window: MaintenanceWindow, text: string, most: number): number {
  const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
  const total = Number(hours) * 60 + Number(minutes);
  return hours === undefined || total > most ? fail(window, `"${text}" is no time of day, such as 22:30`) : total;
}

function localOf(window: MaintenanceWindow, text: string): number {
  const [, date, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d)$/.exec(text) ?? [];
  const midnight = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  const real = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date ?? "");
  if (time === undefined || !real) return fail(window, `"${text}" is no date and time, such as 2026-12-31 18:00`);
  return midnight + minutesOf(window, time, 24 * 60) * minuteMs;
}

function fail(window: MaintenanceWindow, why: string): never {
  throw new Error(`The maintenance window from ${window.from} to ${window.to}: ${why}.`);
}
