/** Requests underway that are counted in Redis: given back when they end, and by themselves when their process does. */

import type { LimitCommands } from "./redis-commands.ts";

export interface Leases {
  /** A new one's name. */
  next(): string;
  /** It was taken: until it is ended. */
  hold(key: string, lease: string): void;
  /** Nobody waits for it. */
  end(commands: LimitCommands, key: string, lease: string): void;
  /** Prolongs those of requests that take long. */
  renew(commands: LimitCommands): Promise<void>;
}

/** A process that ends without a word leaves its requests counted for so long. */
export const leaseMs = 30_000;

export function leases(processId: string, elapsedMs: () => number): Leases {
  let count = 0;
  const held = new Map<string, { readonly key: string; renewedAt: number }>();
  return {
    next: () => `${processId}:${++count}`,
    hold: (key, lease) => void held.set(lease, { key, renewedAt: elapsedMs() }),
    end(commands, key, lease) {
      held.delete(lease);
      // Where Redis cannot be told it ends by itself.
      commands.release(key, lease).catch(() => undefined);
    },
    async renew(commands) {
      const now = elapsedMs();
      const due = new Map<string, string[]>();
      for (const [lease, entry] of held) {
        if (now - entry.renewedAt < leaseMs / 3) continue;
        entry.renewedAt = now;
        due.set(entry.key, [...(due.get(entry.key) ?? []), lease]);
      }
      await Promise.all([...due].map(([key, names]) => commands.renew(key, leaseMs, names)));
    },
  };
}
