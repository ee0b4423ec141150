/** A connection to Redis that lives as long as one request of a Worker. */
import { Redis } from "ioredis";

/** What a request waits for Redis at most, the connection included: a Worker has none that is open already. */
export const workerRedisDeadlineMs = 250;

/** Connects with the first command, and never again. */
export function openRequestRedis(url: string): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: workerRedisDeadlineMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    // One round trip less before the first answer.
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  // What failed is told by the command that needed it.
  redis.on("error", () => undefined);
  return redis;
}

/** After what was sent is done; at once where nothing was. */
export async function closeRequestRedis(redis: Redis): Promise<void> {
  if (redis.status === "wait" || redis.status === "end") return redis.disconnect();
  await redis.quit().catch(() => redis.disconnect());
}
