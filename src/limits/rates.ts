/** Port between what counts rates and requests underway, in memory or in Redis, and what makes a limiter of it. */

import type { Counted, RatePolicy, Standing } from "#pipeline/limits.ts";

export interface RatesAdmitted {
  readonly kind: "admitted";
  readonly standings: readonly Standing[];
  /** Milliseconds since 1970, by whoever counts for all processes. */
  readonly nowMs: number;
  /** Whether the count is shared with the other processes now. */
  readonly shared: boolean;
  /** Charges `cost` in all. When it is refused, nothing is charged any more. */
  raise(cost: number): RatesAnswer | Promise<RatesAnswer>;
  /** Another policy has refused the request. */
  giveBack(): void;
  release(): void;
}

export interface RatesRefused {
  readonly kind: "refused";
  readonly standings: readonly Standing[];
  readonly violated: readonly string[];
  readonly waitUs: number;
}

export type RatesAnswer = RatesAdmitted | RatesRefused;

/** Never rejects. */
export interface Rates {
  take(caller: Counted, cost: number): RatesAnswer | Promise<RatesAnswer>;
}

/** How long a caller is told to wait that has too many requests underway: nobody knows when one of them ends. */
export const inflightWaitUs = 1_000_000;

/** What a plan calls the bound of requests underway. */
export const inflightName = "inflight";

/** Each policy with whom it counts. */
export function policiesOf({ limits }: Counted): readonly { readonly of: "partner" | "key"; readonly policy: RatePolicy }[] {
  return [...limits.partner.map((policy) => ({ of: "partner" as const, policy })), ...limits.key.map((policy) => ({ of: "key" as const, policy }))];
}

export function standing(policy: RatePolicy, units: number, seconds: number): Standing {
  return { name: policy.name, quota: policy.quota, windowSeconds: policy.windowSeconds, left: { units: Math.max(0, units), seconds } };
}

/** Whole seconds, rounded up: at their end there is more. */
export function secondsOf(us: number): number {
  return Math.max(1, Math.ceil(us / 1_000_000));
}
