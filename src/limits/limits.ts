/** Puts a limiter together: of what counts in Redis where there is one, else in memory; and quotas in Redis or the store. */

import { RateLimiterRedis } from "rate-limiter-flexible";
import type { Limiter } from "#pipeline/limits.ts";
import { circuit } from "./circuit.ts";
import { limiter } from "./limiter.ts";
import { limitMeasures } from "./measures.ts";
import { memoryRates } from "./memory-rates.ts";
import { noPoints, type QuotaStore, quotaBook } from "./quotas.ts";
import { type LimitClient, limitCommands } from "./redis-commands.ts";
import { redisRates } from "./redis-rates.ts";

export interface LimitsOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Record<"info" | "warn", (fields: Readonly<Record<string, unknown>>, message: string) => void>;
  /** Where processes share a Redis. */
  readonly shared?: {
    readonly processId: string;
    /** What a request waits for Redis at most, quotas included. */
    readonly deadlineMs: number;
  };
  /** As in `MemoryCountsOptions`. */
  readonly longestRequestMs?: number;
}

export interface Limits {
  /** `redis` where it is shared; `quotas` is used without. Over connections that may be those of one request alone. */
  over(ways: { readonly redis: LimitClient | undefined; readonly quotas: () => QuotaStore }): OpenLimits;
  /** For Prometheus. */
  metrics(): string;
}

export interface OpenLimits {
  readonly limiter: Limiter;
  /** One bounded round of what needs no request, about once a second. Never rejects. */
  tend(): Promise<void>;
  leave(): Promise<void>;
}

/** Of Redis, so that a request is delayed by no more than 25 ms when it does not answer. */
export const redisDeadlineMs = 18;
/** The store answers authentication as well: whoever waits for it longer than this has other worries. */
const storeDeadlineMs = 250;

export function limits({ elapsedMs, now, log, shared, longestRequestMs }: LimitsOptions): Limits {
  const inRedis =
    shared &&
    redisRates({
      ...shared,
      elapsedMs,
      now,
      longestRequestMs,
      onChange(isShared, reason, processes) {
        if (isShared) log.info({ processes }, "limits are counted for all processes together again");
        else log.warn({ reason, processes }, "Redis does not answer: each process counts limits by itself, for its part of them");
      },
    });
  const inMemory = memoryRates({ elapsedMs, now, longestRequestMs });
  const inStore = circuit({
    elapsedMs,
    deadlineMs: storeDeadlineMs,
    onChange(closed, reason) {
      if (closed) log.info({}, "quotas are counted in the store again");
      else log.warn({ reason }, "quotas cannot be counted in the store: this process counts them by itself");
    },
  });
  const measures = limitMeasures(inRedis?.isShared);
  const book = quotaBook(() => inRedis?.processes() ?? 1);
  const parts = { elapsedMs, now, onRefusal: measures.refused };
  return {
    over({ redis, quotas }) {
      if (inRedis === undefined || shared === undefined || redis === undefined) {
        const rates = inMemory;
        const own = limiter({ ...parts, rates, quotas: book.over(lazily(quotas), inStore.attempt), budgetMs: storeDeadlineMs });
        return { limiter: own, tend: async () => undefined, leave: async () => undefined };
      }
      const commands = limitCommands(redis);
      const counts = lazily(() => new RateLimiterRedis({ storeClient: redis, points: noPoints, duration: 1, keyPrefix: "sluice:quota" }));
      return {
        limiter: limiter({ ...parts, rates: inRedis.over(commands), quotas: book.over(counts, inRedis.attempt), budgetMs: shared.deadlineMs }),
        tend: () => inRedis.tend(commands),
        leave: () => inRedis.leave(commands),
      };
    },
    metrics: measures.text,
  };
}

/** Most partners have no quotas, and most requests on some runtimes no need to open what counts them. */
function lazily(make: () => QuotaStore): QuotaStore {
  let made: QuotaStore | undefined;
  const store = (): QuotaStore => (made ??= make());
  return {
    penalty: (...args) => store().penalty(...args),
    reward: (...args) => store().reward(...args),
    set: (...args) => store().set(...args),
  };
}
