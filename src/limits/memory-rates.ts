/** Rates and requests underway, counted in memory: for one process, whose count is the truth. */

import { type MemoryCountsOptions, memoryCounts } from "./memory-counts.ts";
import type { Rates } from "./rates.ts";

export interface MemoryRatesOptions extends Partial<MemoryCountsOptions> {
  /** Milliseconds on a clock that never goes back. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A caller that asks all the time takes about 3 KB. */
export const defaultCapacity = 200_000;

export function memoryRates({ elapsedMs, now, capacity = defaultCapacity, longestRequestMs }: MemoryRatesOptions): Rates {
  const counts = memoryCounts({ capacity, longestRequestMs });
  return { take: (caller, cost) => counts.take(caller, cost, { nowUs: Math.floor(elapsedMs() * 1_000), nowMs: now() }, 1) };
}
