/** Rates and requests underway, counted in memory: for one process, whose count is the truth. */

import { memoryCounts } from "./memory-counts.ts";
import type { Rates } from "./rates.ts";

export interface MemoryRatesOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Partners and keys that something is kept of at once. */
  readonly capacity?: number;
}

/** A caller that asks all the time takes about 3 KB. */
export const defaultCapacity = 200_000;

export function memoryRates({ elapsedMs, now, capacity = defaultCapacity }: MemoryRatesOptions): Rates {
  const counts = memoryCounts(capacity);
  return { take: (caller, cost) => counts.take(caller, cost, { nowUs: Math.floor(elapsedMs() * 1_000), nowMs: now() }, 1) };
}
