/** How the last statements went: what a breaker judges a source by. Pure. */

/**
 * `gone`: no connection, a lost one, or no answer at all. `struggling`: the server answered that it could not do it in
 * time, or failed; a single statement can be at fault for that.
 */
export type Failure = "gone" | "struggling";

export interface Outcomes {
  answered(now: number): void;
  failed(failure: Failure, by: string, now: number): void;
  /** Why the source should be left alone, if it should. */
  verdict(now: number): Failure | undefined;
  forget(): void;
}

const remembered = 20;
const memoryMs = 30_000;

interface Outcome {
  readonly failure: Failure | undefined;
  readonly by: string;
  readonly at: number;
}

/**
 * Gone after so many failures in a row, or with half of the last twenty gone. Struggling needs half of the last twenty
 * failed and two partners or more among those whose statements did: one partner's bad query is no reason to keep others out.
 */
export function outcomes(inARow: number): Outcomes {
  const last: Outcome[] = [];
  let at = 0;
  let goneInARow = 0;

  function remember(outcome: Outcome): void {
    last[at] = outcome;
    at = (at + 1) % remembered;
  }

  return {
    answered(now) {
      goneInARow = 0;
      remember({ failure: undefined, by: "", at: now });
    },
    failed(failure, by, now) {
      if (failure === "gone") goneInARow += 1;
      remember({ failure, by, at: now });
    },
    verdict(now) {
      if (goneInARow >= inARow) return "gone";
      const recent = last.filter((outcome) => now - outcome.at <= memoryMs);
      if (recent.length < remembered) return undefined;
      const failures = recent.filter((outcome) => outcome.failure !== undefined);
      const gone = failures.filter((outcome) => outcome.failure === "gone").length;
      if (gone * 2 >= remembered) return "gone";
      const partners = new Set(failures.map((outcome) => outcome.by));
      return failures.length * 2 >= remembered && partners.size > 1 ? "struggling" : undefined;
    },
    forget() {
      last.length = 0;
      at = 0;
      goneInARow = 0;
    },
  };
}
