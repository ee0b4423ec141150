/** Offsets of named time zones (IANA), from the runtime's own `Intl` data. */

const dayMs = 86_400_000;
const quarterMs = 900_000;

function remember<V>(map: Map<number, V>, key: number, value: V): void {
  if (map.size >= 20_000) map.clear();
  map.set(key, value);
}

export interface TimeZone {
  readonly name: string;
  /** The instant, in ms since the epoch, of a local wall-clock time given as if it were UTC. In a repeated hour: the first. */
  toUtc(localMs: number): number;
  /** The local wall-clock time of an instant, as if it were UTC. */
  toLocal(utcMs: number): number;
}

/** Throws a RangeError when the runtime knows no zone of that name. */
export function timeZone(name: string): TimeZone {
  if (name === "UTC") return { name, toUtc: (ms) => ms, toLocal: (ms) => ms };
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: name,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });

  const computeOffset = (utcMs: number): number => {
    const parts = new Map(format.formatToParts(utcMs).map((part) => [part.type, part.value]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0);
    const year = parts.get("era")?.startsWith("B") ? 1 - part("year") : part("year");
    const midnight = new Date(0).setUTCFullYear(year, part("month") - 1, part("day")); // `Date.UTC` takes years before 100 for 19xx
    const local = midnight + (part("hour") * 3600 + part("minute") * 60 + part("second")) * 1000;
    return local - Math.floor(utcMs / 1000) * 1000;
  };

  /** Offsets of whole UTC days, and of quarter hours on the days when it changes. Dates cluster, so few are ever asked for. */
  const days = new Map<number, number | "changes">();
  const quarters = new Map<number, number>();
  const offset = (utcMs: number): number => {
    const day = Math.floor(utcMs / dayMs);
    let ofDay = days.get(day);
    if (ofDay === undefined) {
      const atStart = computeOffset(day * dayMs);
      ofDay = atStart === computeOffset((day + 1) * dayMs) ? atStart : "changes";
      remember(days, day, ofDay);
    }
    if (ofDay !== "changes") return ofDay;
    const quarter = Math.floor(utcMs / quarterMs);
    const known = quarters.get(quarter);
    if (known !== undefined) return known;
    const computed = computeOffset(utcMs);
    // A change in the middle of a quarter hour belongs to the time before standard zones.
    if (computed % quarterMs === 0) remember(quarters, quarter, computed);
    return computed;
  };

  return {
    name,
    toLocal: (utcMs) => utcMs + offset(utcMs),
    toUtc(localMs) {
      // The offset a day earlier holds until the change: it gives the first of two readings, and in a gap the later hour.
      const before = localMs - offset(localMs - dayMs);
      const after = localMs - offset(before);
      return after + offset(after) === localMs && before + offset(before) !== localMs ? after : before;
    },
  };
}
