/** Opens the Redis in which processes count together. Every wait is bounded: a Redis that hangs delays requests by no more than this. */
import { Redis } from "ioredis";

/** Longest wait for one command. */
const commandTimeoutMs = 20;
const connectTimeoutMs = 1_000;
/** Longest pause between two attempts to connect. */
const longestPauseMs = 1_000;

export interface OpenRedisOptions {
  readonly url: string;
  /** Told once when the connection is lost, and once when it is there again; not of each attempt. */
  readonly onChange: (state: "lost" | "back", reason: string | undefined) => void;
  /** For callers with deadlines of their own; a connection that says nothing for longer is given up. */
  readonly silenceMs?: number;
}

/**
 * Connects in the background, and again whenever the connection is lost, until `disconnect()`. While there is none, commands
 * fail at once: whoever counts has to have another way. The names of commands say nothing of values; errors may, so log their
 * `name` or `message` with care.
 */
export function openRedis({ url, onChange, silenceMs }: OpenRedisOptions): Redis {
  const redis = new Redis(url, {
    connectionName: "sluice",
    connectTimeout: connectTimeoutMs,
    ...(silenceMs === undefined ? { commandTimeout: commandTimeoutMs } : { socketTimeout: silenceMs }),
    // A command that waits for a connection would be counted late, after its request was decided by other means.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(50 * attempt, longestPauseMs),
  });
  let lost = false;
  let reason: string | undefined;
  // Without a listener an error would end the process; the reason is told with the change.
  redis.on("error", (error: Error) => {
    reason = error.message;
  });
  // Not "close", which also tells of the end that `disconnect()` asked for.
  redis.on("reconnecting", () => {
    if (lost) return;
    lost = true;
    onChange("lost", reason);
  });
  redis.on("ready", () => {
    if (lost) onChange("back", undefined);
    lost = false;
    reason = undefined;
  });
  return redis;
}
