/** When a delivery that failed is sent again, and when it is given up. */

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** Pauses after the first attempt, the second, and so on; after the one that follows the last, it is dead. */
export const pausesMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  1 * hourMs,
  3 * hourMs,
  6 * hourMs,
  12 * hourMs,
  24 * hourMs,
  24 * hourMs,
];

/**
 * After `tries` attempts, at least 1; undefined: there is none left. What a pause has above a minute is drawn by lot, so that
 * what failed together does not come again together. `atLeastMs`: what the receiver asked for. `random` is from 0 to below 1.
 */
export function pauseMs(tries: number, atLeastMs: number | undefined, random: () => number): number | undefined {
  const pause = pausesMs[tries - 1];
  if (pause === undefined) return undefined;
  return Math.max(pause <= minuteMs ? pause : minuteMs + random() * (pause - minuteMs), atLeastMs ?? 0);
}
