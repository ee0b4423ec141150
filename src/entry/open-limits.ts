/** Opens what counts limits for a process on Node: Redis where it is configured, and its own turn in the background. */
import { randomUUID } from "node:crypto";
import type { Log, RequestHandles } from "#gateway";
import { limits, redisDeadlineMs } from "#limits/limits.ts";
import type { Store } from "#store/connect.ts";
import { expireQuotas, quotaStore } from "#store/quota-store.ts";
import { openRedis } from "./open-redis.ts";
import type { Stoppable } from "./stop.ts";

export interface OpenLimitsOptions {
  readonly store: Store;
  /** Undefined: this process counts for itself. */
  readonly redisUrl: string | undefined;
  readonly log: Log;
  readonly elapsedMs: () => number;
}

export interface OpenedLimits {
  readonly limiter: NonNullable<RequestHandles["limiter"]>;
  /** For Prometheus. */
  readonly metrics: () => string;
}

/** Other processes hear of this one as often. */
const roundMs = 1_000;
/** Requests do not wait for so long: limits have a deadline of their own. */
const silenceMs = 5_000;
const expiryMs = 600_000;

export function openLimits({ store, redisUrl, log, elapsedMs }: OpenLimitsOptions, life: Stoppable): OpenedLimits {
  const now = (): number => Date.now();
  const shared = redisUrl === undefined ? undefined : { processId: randomUUID(), deadlineMs: redisDeadlineMs };
  const all = limits({ elapsedMs, now, log, ...(shared !== undefined && { shared }) });
  // What it means that the connection is lost is said by the limits themselves.
  const redis = redisUrl === undefined ? undefined : openRedis({ url: redisUrl, onChange: () => undefined, silenceMs });
  const opened = all.over({ redis, quotas: () => quotaStore(() => store) });

  const rounds = setInterval(() => void opened.tend(), roundMs).unref();
  // Who is not heard of at once does not count: the part of a process that just began would be too large.
  redis?.once("ready", () => void opened.tend());
  const expiry = setInterval(() => {
    expireQuotas(store, now()).catch((error: unknown) => log.warn({ reason: String(error) }, "expired quotas could not be removed"));
  }, expiryMs).unref();
  life.onStop(async () => {
    clearInterval(rounds);
    clearInterval(expiry);
    await opened.leave();
    redis?.disconnect();
  });
  return { limiter: opened.limiter, metrics: all.metrics };
}
