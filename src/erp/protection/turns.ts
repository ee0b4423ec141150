/** Waiting for a turn at a source: promises and timers around the slots, and what a turn holds until it is given back. */

import { sourceUnavailable, type Trouble } from "../dialects/trouble.ts";
import type { WorkKind } from "./settings.ts";
import { type SlotRules, type Slots, slots } from "./slots.ts";

export interface TurnRules extends SlotRules {
  readonly queueTimeoutMs: number;
  /** A turn that was not given back for so long belongs to a request that died with its runtime's context. */
  readonly leaseMs: number;
}

export interface Turn {
  /** Gives the connection back. A second time does nothing. */
  end(now: number): void;
}

export interface Turns {
  readonly slots: Pick<Slots<unknown>, "heldBy" | "inUse" | "waiting">;
  /** A turn at once, or a promise of one. Throws, or rejects with, a `Problem` when there is none to be had. */
  take(kind: WorkKind, by: string, signal: (() => AbortSignal) | undefined, now: number): Turn | Promise<Turn>;
  /** A turn at once, or none. */
  takeNow(kind: WorkKind, by: string, now: number): Turn | undefined;
  /** Sends everybody home who waits. */
  refuseAll(reason: Trouble, retryAfter: number): void;
}

interface Waiter {
  called(): void;
  refused(error: Error): void;
}

interface Lease {
  readonly kind: WorkKind;
  readonly by: string;
  readonly since: number;
}

/** Partners whose pace is remembered. */
const maxLearned = 10_000;

/** Each request sets its own timer: a runtime may bind timers to the request that set them. */
export function turns(rules: TurnRules, elapsedMs: () => number, random: () => number): Turns {
  const line = slots<Waiter>(rules);
  /** In the order in which they were given. */
  const leases = new Set<Lease>();
  /** How long a turn of each partner takes, lately. */
  const typicalMs = new Map<string, number>();

  function giveBack(lease: Lease): void {
    if (!leases.delete(lease)) return;
    for (const waiter of line.release(lease.kind, lease.by)) waiter.called();
  }

  function reclaim(now: number): void {
    for (const lease of leases) {
      if (now - lease.since <= rules.leaseMs) return;
      giveBack(lease);
    }
  }

  function begin(kind: WorkKind, by: string, now: number): Turn {
    const lease = { kind, by, since: now };
    leases.add(lease);
    return {
      end(at) {
        learn(by, at - now);
        giveBack(lease);
      },
    };
  }

  function learn(by: string, ms: number): void {
    const before = typicalMs.get(by) ?? ms;
    if (typicalMs.size >= maxLearned && !typicalMs.has(by)) typicalMs.clear();
    typicalMs.set(by, before + (ms - before) / 16);
  }

  /** When those of the partner that wait now will have had their turns, at its pace of late; spread, so that not all come back at once. */
  function retryAfter(kind: WorkKind, by: string): number {
    const rounds = (line.waitingOf(kind, by) + 1) / Math.max(1, line.heldBy(kind, by));
    const seconds = ((typicalMs.get(by) ?? 0) * rounds * (1 + random() / 2)) / 1000;
    return Math.min(60, Math.max(1, Math.ceil(seconds)));
  }

  function wait(kind: WorkKind, by: string, signal: AbortSignal | undefined): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", gone);
      };
      const leave = (trouble: Trouble, why: string): void => {
        if (!line.leave(kind, by, waiter)) return;
        stop();
        reject(sourceUnavailable(trouble, new Error(why), retryAfter(kind, by)));
      };
      const gone = (): void => leave("abandoned", "the caller left while it waited");
      const waiter: Waiter = {
        called() {
          stop();
          resolve(begin(kind, by, elapsedMs()));
        },
        refused(error) {
          stop();
          reject(error);
        },
      };
      const timer = setTimeout(() => leave("waited-too-long", `no turn within ${rules.queueTimeoutMs} ms`), rules.queueTimeoutMs);
      if (!line.join(kind, by, waiter)) {
        stop();
        reject(sourceUnavailable("queue-full", new Error(`${rules.queueSize} requests of this partner wait already`), retryAfter(kind, by)));
        return;
      }
      signal?.addEventListener("abort", gone);
      if (signal?.aborted === true) gone();
    });
  }

  function takeNow(kind: WorkKind, by: string, now: number): Turn | undefined {
    if (line.take(kind, by)) return begin(kind, by, now);
    reclaim(now);
    return line.take(kind, by) ? begin(kind, by, now) : undefined;
  }

  return {
    slots: line,
    takeNow,
    take: (kind, by, signal, now) => takeNow(kind, by, now) ?? wait(kind, by, signal?.()),
    refuseAll(reason, seconds) {
      for (const waiter of line.drain()) waiter.refused(sourceUnavailable(reason, new Error("it began while the request waited"), seconds));
    },
  };
}
