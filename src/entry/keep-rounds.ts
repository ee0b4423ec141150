/** Gives background work its turns: at once while there is more, again soon while there is not, and less often while it fails. */

import type { Log } from "#gateway";
import { usageTrouble } from "./keep-usage.ts";
import type { Rounds } from "./rounds.ts";

/** Bounded work. `taken`: another process is at it. */
export interface BackgroundRound {
  /** For the log. */
  readonly name: string;
  run(): Promise<"more" | "nothing" | "taken">;
}

const idleMs = 150;
const takenMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Each round goes on by itself: one that waits for a database that hangs keeps none of the others waiting. */
export function keepRounds(rounds: readonly BackgroundRound[], log: Log): Rounds {
  const kept = rounds.map((round) => keepOne(round, log));
  return { stop: async () => void (await Promise.all(kept.map(({ stop }) => stop()))) };
}

function keepOne({ name, run }: BackgroundRound, log: Log): Rounds {
  let stopped = false;
  let underway: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pauseMs = firstPauseMs;
  let failing = false;

  /** How long to wait until the next. */
  async function turn(): Promise<number> {
    try {
      const done = await run();
      if (failing) log.info({ round: name }, "background work goes on again");
      failing = false;
      pauseMs = firstPauseMs;
      return done === "more" ? 0 : done === "taken" ? takenMs : idleMs;
    } catch (error) {
      // One line per change, not per turn.
      if (!failing && !stopped) log.warn({ round: name, reason: usageTrouble(error) }, "background work fails, and is tried again");
      failing = true;
      const waitMs = pauseMs;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      return waitMs;
    }
  }

  function begin(): void {
    underway = turn().then((waitMs) => {
      if (!stopped) timer = setTimeout(begin, waitMs);
    });
  }

  begin();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underway;
    },
  };
}
