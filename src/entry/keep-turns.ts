/** Gives background work its turns, one after the other: at once after one that did something, later after one that could not. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "#gateway";
import type { Rounds } from "./rounds.ts";
import { troubleCode } from "./trouble-code.ts";

/** `taken`: another process is at it. */
export interface BackgroundTurn {
  /** For the log. */
  readonly name: string;
  /** Ends soon when `stopping` is aborted. */
  run(stopping: AbortSignal): Promise<"ended" | "taken">;
}

const takenMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Each goes on by itself: one that waits for a database that hangs keeps none of the others waiting. */
export function keepTurns(turns: readonly BackgroundTurn[], log: Log): Rounds {
  const stopping = new AbortController();
  const kept = turns.map((turn) => keepOne(turn, stopping.signal, log));
  return {
    async stop() {
      stopping.abort();
      await Promise.all(kept);
    },
  };
}

async function keepOne({ name, run }: BackgroundTurn, stopping: AbortSignal, log: Log): Promise<void> {
  let pauseMs = firstPauseMs;
  let failing = false;
  while (!stopping.aborted) {
    let waitMs = 0;
    try {
      if ((await run(stopping)) === "taken") waitMs = takenMs;
      if (failing) log.info({ round: name }, "background work goes on again");
      failing = false;
      pauseMs = firstPauseMs;
    } catch (error) {
      if (stopping.aborted) return;
      // One line per change, not per turn.
      if (!failing) log.warn({ round: name, reason: troubleCode(error) }, "background work fails, and is tried again");
      failing = true;
      waitMs = pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
    await pause(waitMs, stopping);
  }
}

/** At most so long. */
export async function pause(ms: number, stopping: AbortSignal): Promise<void> {
  // Aborted, which is what it is for.
  if (ms > 0) await sleep(ms, undefined, { signal: stopping, ref: false }).catch(() => undefined);
}
