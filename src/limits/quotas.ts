/** Quotas of days and months (UTC), in Redis or the gateway's own tables, and by this process alone while those are gone. */

import { RateLimiterMemory, type RateLimiterStoreAbstract } from "rate-limiter-flexible";
import type { Counted, QuotaPolicy, Standing } from "#pipeline/limits.ts";
import type { Circuit } from "./circuit.ts";
import { periodOf } from "./period.ts";
import { secondsOf } from "./rates.ts";

export interface QuotasAdmitted {
  readonly kind: "admitted";
  readonly standings: readonly Standing[];
  /** Charges `cost` in all; when it is refused, nothing is charged any more. */
  raise(cost: number): Promise<QuotasAnswer>;
  giveBack(): void;
}

export type QuotasAnswer =
  | QuotasAdmitted
  | { readonly kind: "refused"; readonly standings: readonly Standing[]; readonly violated: readonly string[]; readonly waitUs: number };

/** Never rejects. */
export interface Quotas {
  /** `nowMs` since 1970, by a clock that all processes share where there is one. */
  take(caller: Counted, cost: number, nowMs: number, withinMs: number): Promise<QuotasAnswer>;
  /** As far as is known without asking. */
  standings(caller: Counted, nowMs: number): readonly Standing[];
}

/** What is asked of `rate-limiter-flexible`, whatever it keeps its counts in. */
export type QuotaStore = Pick<RateLimiterStoreAbstract, "penalty" | "reward" | "set">;

export interface QuotaBook {
  /** `store`: over a connection that may be that of one request alone. `attempt`: whether it is asked at all, and for how long. */
  over(store: QuotaStore, attempt: Circuit["attempt"]): Quotas;
}

/** The count of no period is as high: `rate-limiter-flexible` never refuses here, since every partner has a quota of its own. */
export const noPoints = Number.MAX_SAFE_INTEGER;

interface Way {
  readonly store: QuotaStore;
  readonly attempt: Circuit["attempt"];
  readonly withinMs: number;
}

/** Counts are kept a little longer than their period: who counts has a clock of its own. */
const graceSeconds = 3_600;
/** In memory they are ended by timers, which can wait no longer. */
const longestSeconds = 2_147_000;

interface Known {
  /** As the store said last. */
  consumed: number;
  readonly endsAt: number;
}

/** What is known of the store's counts at once. */
const capacity = 200_000;

/** `processes`: how many share the quotas, for when the store is gone. */
export function quotaBook(processes: () => number): QuotaBook {
  /** The insurance: what was admitted without the store, which is told of it as soon as it is back. */
  const untold = new RateLimiterMemory({ points: noPoints, duration: 1, keyPrefix: "untold" });
  const known = new Map<string, Known>();

  return {
    over: (store, attempt) => ({ take: (caller, cost, nowMs, withinMs) => take({ store, attempt, withinMs }, caller, cost, nowMs), standings: standingsOf }),
  };

  async function take(way: Way, caller: Counted, cost: number, nowMs: number): Promise<QuotasAnswer> {
    const charged = await Promise.all(caller.limits.quotas.map((policy) => chargeOne(way, caller, policy, cost, nowMs)));
    const violated = charged.filter(({ fits }) => !fits);
    const giveBack = (): void => {
      for (const one of charged) one.giveBack();
    };
    if (violated.length === 0)
      return {
        kind: "admitted",
        standings: charged.map((one) => one.standing),
        async raise(whole) {
          giveBack();
          return take(way, caller, whole, nowMs);
        },
        giveBack,
      };
    giveBack();
    return {
      kind: "refused",
      standings: standingsOf(caller, nowMs),
      violated: violated.map(({ standing }) => standing.name),
      waitUs: Math.max(...violated.map(({ endsInMs }) => endsInMs * 1_000)),
    };
  }

  async function chargeOne({ store, attempt, withinMs }: Way, caller: Counted, policy: QuotaPolicy, cost: number, nowMs: number) {
    const period = periodOf(policy.window, nowMs);
    const key = keyOf(caller, period.name);
    const price = Math.min(cost, policy.quota);
    const endsInMs = period.endsAt - nowMs;
    const terms = { customDuration: Math.ceil(endsInMs / 1_000) + graceSeconds };
    const termsHere = { customDuration: Math.min(terms.customDuration, longestSeconds) };
    const debt = (await untold.get(key))?.consumedPoints ?? 0;
    const before = known.get(key)?.consumed ?? 0;
    const asked = await attempt(
      async () => {
        const { consumedPoints } = await store.penalty(key, price + debt, terms);
        if (consumedPoints - price - debt >= before / 2) return consumedPoints;
        // It has lost its data: what is known of it here is nearer to the truth. All who know write about the same.
        await store.set(key, before + price + debt, terms.customDuration);
        return before + price + debt;
      },
      { withinMs },
    );
    if (asked.kind === "answered") {
      const answer = asked.value;
      if (debt > 0) await untold.delete(key);
      remember(key, answer, period.endsAt, nowMs);
      return {
        fits: answer <= policy.quota,
        standing: standing(policy, period.seconds, policy.quota - answer, endsInMs),
        endsInMs,
        giveBack: () => {
          const entry = known.get(key);
          if (entry !== undefined) entry.consumed -= price;
          void attempt(() => store.reward(key, price, terms));
        },
      };
    }
    const here = (await untold.penalty(key, price, termsHere)).consumedPoints;
    const all = (known.get(key)?.consumed ?? 0) + here * processes();
    return {
      fits: all <= policy.quota,
      standing: standing(policy, period.seconds, policy.quota - all, endsInMs),
      endsInMs,
      giveBack: () => void untold.reward(key, price, termsHere),
    };
  }

  function remember(key: string, consumed: number, endsAt: number, nowMs: number): void {
    known.delete(key);
    known.set(key, { consumed, endsAt });
    for (const [oldest, entry] of known) {
      if (entry.endsAt > nowMs && known.size <= capacity) break;
      known.delete(oldest);
    }
  }

  function standingsOf(caller: Counted, nowMs: number): readonly Standing[] {
    return caller.limits.quotas.map((policy) => {
      const period = periodOf(policy.window, nowMs);
      const entry = known.get(keyOf(caller, period.name));
      const all = { name: policy.name, quota: policy.quota, windowSeconds: period.seconds };
      return entry === undefined ? { ...all, left: undefined } : standing(policy, period.seconds, policy.quota - entry.consumed, period.endsAt - nowMs);
    });
  }
}

function standing(policy: QuotaPolicy, windowSeconds: number, units: number, endsInMs: number): Standing {
  return { name: policy.name, quota: policy.quota, windowSeconds, left: { units: Math.max(0, units), seconds: secondsOf(endsInMs * 1_000) } };
}

/** In the hash tag of the partner's other keys. */
function keyOf({ partner, environment }: Counted, period: string): string {
  return `{${partner}:${environment}}:${period}`;
}
