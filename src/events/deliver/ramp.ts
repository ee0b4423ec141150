/** How fast an endpoint is sent what waited for it, after it was resumed. */

const doublesEveryMs = 10_000;
/** From then on there is nothing left to hold back. */
const usualPerSecond = 1_000;

/** Deliveries a second: from 1, twice as many every ten seconds; undefined: as usual. */
export function allowedPerSecond(resumedAgoMs: number | undefined): number | undefined {
  if (resumedAgoMs === undefined) return undefined;
  const rate = 2 ** (Math.max(0, resumedAgoMs) / doublesEveryMs);
  return rate >= usualPerSecond ? undefined : rate;
}

/** Lets through what the rate allows. Times on a clock that never jumps. */
export interface Ramp {
  /** Whether one more may go now; if so, it is counted. */
  take(nowMs: number): boolean;
  /** Deliveries a second at this moment; undefined: as many as you like. */
  rate(nowMs: number): number | undefined;
}

/** `resumedMs`: when it was resumed, on the same clock. */
export function ramp(resumedMs: number | undefined, startMs: number): Ramp {
  let [tokens, filledMs] = [1, startMs];
  const rate = (nowMs: number) => (resumedMs === undefined ? undefined : allowedPerSecond(nowMs - resumedMs));
  return {
    rate,
    take(nowMs) {
      const perSecond = rate(nowMs);
      if (perSecond === undefined) return true;
      tokens = Math.min(Math.max(1, perSecond), tokens + ((nowMs - filledMs) / 1_000) * perSecond);
      filledMs = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
