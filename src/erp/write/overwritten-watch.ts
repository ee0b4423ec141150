/** When it is time to look for what the ERP has overwritten: a few fields every few seconds, with a rest after each walk over all. */

import type { ReadCaller } from "../read/reader.ts";
import type { NewConflict } from "./conflict-record.ts";
import type { OverwrittenFinder } from "./overwritten.ts";
import type { WrittenPosition } from "./written-table.ts";

export interface OverwrittenWatch {
  /** Whether a round is due; false while one is underway. */
  due(): boolean;
  /** One round; what it found that was not on record. */
  round(caller: Omit<ReadCaller, "accounts">): Promise<readonly NewConflict[]>;
}

export interface WatchPace {
  readonly fieldsPerRound: number;
  readonly everyMs: number;
  /** Between the end of one walk and the beginning of the next. */
  readonly restMs: number;
}

/** Fifty reads by key in five seconds: nothing that an ERP would notice. */
export const usualPace: WatchPace = { fieldsPerRound: 50, everyMs: 5_000, restMs: 60_000 };

/** For one source in one environment. `elapsedMs`: a clock that never jumps. */
export function overwrittenWatch(finder: OverwrittenFinder, elapsedMs: () => number, pace: WatchPace = usualPace): OverwrittenWatch {
  let next: WrittenPosition | undefined;
  let dueAt = elapsedMs() + pace.everyMs;
  let underway = false;
  return {
    due: () => !underway && elapsedMs() >= dueAt,
    async round(caller) {
      underway = true;
      try {
        const { found, next: then } = await finder.round(caller, next, pace.fieldsPerRound);
        next = then;
        dueAt = elapsedMs() + (then === undefined ? pace.restMs : pace.everyMs);
        return found;
      } catch (error) {
        dueAt = elapsedMs() + pace.restMs;
        throw error;
      } finally {
        underway = false;
      }
    },
  };
}
