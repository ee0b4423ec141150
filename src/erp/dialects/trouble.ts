/** Turns what drivers throw into problems: trouble that passes is 503 with `Retry-After`, anything else is our fault. */

import { Problem } from "#lib/problems.ts";

/** Why a source cannot answer, for logs and metrics. */
export type Trouble =
  /** No connection, or one that was lost. */
  | "connection"
  /** The server let its own timeout pass: it hangs, or the way to it does. */
  | "unanswered"
  /** The server ended a statement that took too long. */
  | "timeout"
  | "locked"
  /** The server failed at this statement: out of memory, a damaged table, a full disk. */
  | "server-error"
  | "pool-exhausted"
  | "drift"
  /** A prepared plan whose table has changed since: the next try plans anew. */
  | "stale-plan"
  /** Never sent: the protection of the source let nothing through. */
  | "breaker-open"
  | "queue-full"
  | "waited-too-long"
  | "maintenance"
  /** Never sent: there is no database of this environment. */
  | "absent"
  /** Never sent: the caller had gone. */
  | "abandoned";

/** Seconds to wait before the next try, where nothing more exact is known. Drift does not pass by itself in a moment. */
const retryAfterSeconds: Readonly<Record<Trouble, number>> = {
  connection: 5,
  unanswered: 5,
  timeout: 5,
  locked: 5,
  "server-error": 5,
  "pool-exhausted": 1,
  drift: 60,
  "stale-plan": 1,
  "breaker-open": 5,
  "queue-full": 1,
  "waited-too-long": 1,
  maintenance: 60,
  absent: 3600,
  abandoned: 1,
};

export class SourceTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause: unknown) {
    super(`source: ${trouble}`, { cause });
    this.name = "SourceTrouble";
    this.trouble = trouble;
  }
}

export function sourceUnavailable(trouble: Trouble, cause: unknown, retryAfter: number = retryAfterSeconds[trouble]): Problem {
  return new Problem("source-unavailable", "The system behind this API cannot answer at the moment. Nothing is wrong with your request.", {
    headers: { "Retry-After": String(retryAfter) },
    cause: new SourceTrouble(trouble, cause),
  });
}

/** The trouble behind what a statement threw; undefined for anything else. */
export function troubleOf(error: unknown): Trouble | undefined {
  const cause = error instanceof Problem ? error.cause : undefined;
  return cause instanceof SourceTrouble ? cause.trouble : undefined;
}
