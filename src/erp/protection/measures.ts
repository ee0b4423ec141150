/** What is counted at a source: plain numbers, kept in memory, read by whoever wants to show them. */

import type { Trouble } from "../dialects/trouble.ts";
import type { WorkKind } from "./settings.ts";

/** How a statement went: answered, in trouble, or refused by the server for another reason. */
export type StatementOutcome = "answered" | "refused" | Trouble;

/** Why a request was not let through to the source. */
export const refusals = ["breaker-open", "queue-full", "waited-too-long", "maintenance", "abandoned"] as const satisfies readonly Trouble[];

export type Refusal = (typeof refusals)[number];

/** Upper bounds in seconds. */
export const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Histogram {
  /** By bound, not added up; the last one counts what is beyond them all. */
  readonly counts: readonly number[];
  readonly sum: number;
  observe(ms: number): void;
}

export interface Measures {
  readonly statements: ReadonlyMap<StatementOutcome, number>;
  readonly seconds: Histogram;
  /** Time until work had its turn, by kind. */
  readonly waits: ReadonlyMap<WorkKind, Histogram>;
  readonly refused: ReadonlyMap<Refusal, number>;
  statement(outcome: StatementOutcome, ms: number): void;
  wait(kind: WorkKind, ms: number): void;
  refuse(reason: Refusal): void;
}

export function measures(): Measures {
  const statements = new Map<StatementOutcome, number>();
  const seconds = histogram();
  const waits = new Map<WorkKind, Histogram>();
  const refused = new Map<Refusal, number>();
  return {
    statements,
    seconds,
    waits,
    refused,
    statement(outcome, ms) {
      statements.set(outcome, (statements.get(outcome) ?? 0) + 1);
      seconds.observe(ms);
    },
    wait(kind, ms) {
      let known = waits.get(kind);
      if (known === undefined) {
        known = histogram();
        waits.set(kind, known);
      }
      known.observe(ms);
    },
    refuse(reason) {
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    },
  };
}

function histogram(): Histogram {
  const counts = Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    counts,
    get sum() {
      return sum;
    },
    observe(ms) {
      const value = ms / 1000;
      let at = 0;
      while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
      sum += value;
    },
  };
}
