/** The count of refused credentials that processes share in Redis. */
import type { Redis } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import type { FailureRecords } from "#control-plane/failures/failure-records.ts";

/** Fixed windows by Redis's own clock, begun with the first failure. Only addresses without a window of a process cost a command. */
export function failuresInRedis(redis: Redis, { limit, windowMs }: { readonly limit: number; readonly windowMs: number }): FailureRecords {
  const counter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: "sluice:failures",
    points: limit,
    duration: Math.max(1, Math.round(windowMs / 1000)),
    rejectIfRedisNotReady: true,
  });
  return {
    async add(failures) {
      const counted = await Promise.all(
        [...failures].map(async ([network, count]) => {
          const { consumedPoints, msBeforeNext } = await counter.penalty(network, count);
          return [network, { failures: consumedPoints, msLeft: msBeforeNext }] as const;
        }),
      );
      return new Map(counted);
    },
  };
}
