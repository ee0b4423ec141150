/** Gives background work its turns: at once while there is more, again soon while there is not, and less often while it fails. */

import type { Log } from "#gateway";
import { usageTrouble } from "./keep-usage.ts";

/** Bounded work. `taken`: another process is at it. */
export interface BackgroundRound {
  /** For the log. */
  readonly name: string;
  run(): Promise<"more" | "nothing" | "taken">;
}

export interface KeptRounds {
  /** There may be something to do: nobody waits for the next turn. */
  wake(): void;
  /** Begins no further round, and waits for those underway. */
  stop(): Promise<void>;
}

const idleMs = 150;
const takenMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Each round goes on by itself: one that waits for a database that hangs keeps none of the others waiting. */
export function keepRounds(rounds: readonly BackgroundRound[], log: Log): KeptRounds {
  const kept = rounds.map((round) => keepOne(round, log));
  return {
    wake: () => {
      for (const { wake } of kept) wake();
    },
    stop: async () => void (await Promise.all(kept.map(({ stop }) => stop()))),
  };
}

function keepOne({ name, run }: BackgroundRound, log: Log): KeptRounds {
  let stopped = false;
  let woken = false;
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
      if (stopped) return 0;
      // One line per change, not per turn.
      if (!failing) log.warn({ round: name, reason: usageTrouble(error) }, "background work fails, and is tried again");
      failing = true;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      return pauseMs;
    }
  }

  function begin(): void {
    timer = undefined;
    woken = false;
    underway = turn().then((waitMs) => {
      underway = undefined;
      if (!stopped) timer = setTimeout(begin, woken && !failing ? 0 : waitMs);
    });
  }

  begin();
  return {
    wake() {
      woken = true;
      if (timer === undefined || stopped || failing) return;
      clearTimeout(timer);
      begin();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underway;
    },
  };
}
