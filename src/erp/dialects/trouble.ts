/** Turns what drivers throw into problems: trouble that passes is 503 with `Retry-After`, anything else is our fault. */

import { Problem } from "#lib/problems.ts";

/** Why a source cannot answer, for logs and metrics. */
export type Trouble = "connection" | "timeout" | "locked" | "pool-exhausted" | "maintenance" | "drift" | "stale-plan";

/** Seconds to wait before the next try. Drift and maintenance do not pass by themselves in a moment. */
const retryAfterSeconds: Readonly<Record<Trouble, number>> = {
  connection: 5,
  timeout: 5,
  locked: 5,
  "pool-exhausted": 1,
  maintenance: 60,
  drift: 60,
  "stale-plan": 1,
};

export class SourceTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause: unknown) {
    super(`source: ${trouble}`, { cause });
    this.name = "SourceTrouble";
    this.trouble = trouble;
  }
}

export function sourceUnavailable(trouble: Trouble, cause: unknown): Problem {
  return new Problem("source-unavailable", "The system behind this API cannot answer at the moment. Nothing is wrong with your request.", {
    headers: { "Retry-After": String(retryAfterSeconds[trouble]) },
    cause: new SourceTrouble(trouble, cause),
  });
}
