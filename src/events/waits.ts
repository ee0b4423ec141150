/** Lets many requests wait for events with one look at the log for all of them, and not one each. */

import type { EventPageRecords, LogOwner } from "./event-page-records.ts";

export interface Waits {
  /**
   * Resolves when the owner's log has gone beyond `after`, when the time is over, when `gone` says that nobody waits any more,
   * or when waiting is ended. `crowded`: too many wait already. Never rejects.
   */
  until(owner: LogOwner, after: number, timeoutMs: number, gone: AbortSignal): Promise<"more" | "over" | "crowded">;
  /** Something was recorded, here or elsewhere. */
  wake(): void;
  /** Nobody waits from now on. */
  end(): void;
}

export interface WaitsParts {
  readonly heads: EventPageRecords["heads"];
  /** How often it is looked where nothing wakes; while nobody waits, never. */
  readonly pollMs: number;
  /** Of one partner in one environment. */
  readonly mostOfOne?: number;
  readonly mostOfAll?: number;
}

interface Waiter {
  readonly owner: LogOwner;
  readonly after: number;
  end(how: "more" | "over"): void;
}

/** Between two looks: what is recorded in the meantime is seen by one. */
const pauseMs = 20;

export function waits({ heads, pollMs, mostOfOne = 10, mostOfAll = 2_000 }: WaitsParts): Waits {
  const waiting = new Map<string, Set<Waiter>>();
  let count = 0;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lookAt = Number.POSITIVE_INFINITY;
  let looking = false;

  function keyOf({ partner, environment }: LogOwner): string {
    return `${environment} ${partner}`;
  }

  /** No later than in so many milliseconds. */
  function lookWithin(ms: number): void {
    const at = performance.now() + ms;
    if (looking || at >= lookAt) {
      // One that is underway may have begun before: it is followed by another.
      if (looking) lookAt = Math.min(lookAt, at);
      return;
    }
    clearTimeout(timer);
    lookAt = at;
    timer = setTimeout(() => void look(), ms);
  }

  async function look(): Promise<void> {
    if (count === 0) {
      lookAt = Number.POSITIVE_INFINITY;
      return;
    }
    looking = true;
    lookAt = Number.POSITIVE_INFINITY;
    const owners = [...waiting.values()].flatMap((waiters) => [...waiters].slice(0, 1).map(({ owner }) => owner));
    // A store that cannot answer is asked again; whoever waits is answered when its time is over.
    const found = await heads(owners).catch(() => []);
    for (const head of found) for (const waiter of waiting.get(keyOf(head)) ?? []) if (head.seq > waiter.after) waiter.end("more");
    looking = false;
    const asked = lookAt;
    lookAt = Number.POSITIVE_INFINITY;
    if (count > 0) lookWithin(asked === Number.POSITIVE_INFINITY ? pollMs : pauseMs);
  }

  return {
    until(owner, after, timeoutMs, gone) {
      const key = keyOf(owner);
      const of = waiting.get(key) ?? new Set<Waiter>();
      if (ended || gone.aborted || timeoutMs <= 0) return Promise.resolve("over");
      if (count >= mostOfAll || of.size >= mostOfOne) return Promise.resolve("crowded");
      return new Promise((resolve) => {
        const over = (): void => waiter.end("over");
        const timeout = setTimeout(over, timeoutMs);
        const waiter: Waiter = {
          owner,
          after,
          end(how) {
            clearTimeout(timeout);
            gone.removeEventListener("abort", over);
            if (of.delete(waiter)) count -= 1;
            if (of.size === 0) waiting.delete(key);
            resolve(how);
          },
        };
        gone.addEventListener("abort", over, { once: true });
        waiting.set(key, of.add(waiter));
        count += 1;
        // What was recorded since its caller has looked woke nobody.
        lookWithin(0);
      });
    },
    wake: () => {
      if (count > 0) lookWithin(pauseMs);
    },
    end() {
      ended = true;
      for (const waiters of [...waiting.values()]) for (const waiter of [...waiters]) waiter.end("over");
      clearTimeout(timer);
    },
  };
}
