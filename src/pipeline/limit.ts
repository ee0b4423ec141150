/** How often: what a request costs is charged to its caller's limits before anything is done for it. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";
import type { RequestContext } from "./index.ts";
import type { Admitted, NotAdmitted, Standings } from "./limits.ts";
import type { Principal } from "./principal.ts";
import { rateLimitHeaders } from "./rate-limit-headers.ts";

/** A request that may go on. */
export interface Taken {
  /** What is left; undefined: nobody is limited. */
  readonly standings: Standings | undefined;
  /** Charges it so much in all, when more is known of it. Throws as `limit` does; then it has cost nothing. */
  raise(cost: number): Promise<void>;
  /** It is over. */
  release(): void;
}

/** Throws a `quota-exceeded` problem. From here on each answer says what is left, whatever it turns out to be. */
export async function limit(operation: Operation, principal: Principal, context: RequestContext): Promise<Taken> {
  const { limiter } = context;
  const cost = costOf(operation);
  if (limiter === undefined) {
    context.charged(cost);
    return { standings: undefined, raise: async (whole) => context.charged(whole), release: () => undefined };
  }
  let admitted = passOn(await limiter.take(principal, cost), cost, context);
  // Whoever has gone away may come again; what the ERP still does for it is bounded by the ERP's own protection.
  if (principal.limits.inflight !== undefined) whenGone(context.gone(), admitted.release);
  return {
    standings: admitted.standings,
    async raise(whole) {
      if (whole > cost) admitted = passOn(await admitted.raise(whole), whole, context);
    },
    release: () => admitted.release(),
  };
}

function whenGone(gone: AbortSignal, release: () => void): void {
  if (gone.aborted) release();
  else gone.addEventListener("abort", release, { once: true });
}

/** In units. A batch takes one until its items are counted. */
function costOf(operation: Operation): number {
  return "cost" in operation ? operation.cost : 1;
}

function passOn(answer: Admitted | NotAdmitted, cost: number, context: RequestContext): Admitted {
  context.always(rateLimitHeaders(answer.standings));
  context.charged(answer.kind === "admitted" ? cost : 0);
  if (answer.kind === "admitted") return answer;
  const names = answer.violated.join(", ");
  throw new Problem("quota-exceeded", `Your plan allows no more for now (${names}). Repeat the request in ${answer.retryAfterSeconds} s.`, {
    headers: { "Retry-After": String(answer.retryAfterSeconds) },
    members: { type: quotaExceeded, "violated-policies": answer.violated },
  });
}

/** Registered by draft-ietf-httpapi-ratelimit-headers for problem documents. */
const quotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";
