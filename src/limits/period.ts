/** Days and months in UTC. */

export interface Period {
  /** `2026-11-24` or `2026-11`. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  readonly seconds: number;
}

export function periodOf(window: "day" | "month", nowMs: number): Period {
  const now = new Date(nowMs);
  const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()];
  const [beganAt, endsAt] =
    window === "day" ? [Date.UTC(year, month, day), Date.UTC(year, month, day + 1)] : [Date.UTC(year, month), Date.UTC(year, month + 1)];
  return { name: now.toISOString().slice(0, window === "day" ? 10 : 7), endsAt, seconds: (endsAt - beganAt) / 1_000 };
}
