/** Whether Redis is asked at all: once it fails, requests go on without it at once, and one after the other tries whether it is back. */

export interface Circuit {
  /**
   * The answer, if there is one in time, or within fewer milliseconds where that is asked for; undefined: go on without.
   * `late` is called when it was asked and is waited for no longer: it may still be done. Never rejects.
   */
  attempt<T>(work: () => Promise<T>, options?: { readonly late?: () => void; readonly withinMs?: number }): Promise<T | undefined>;
  /** Tries whatever the state is, and nobody waits for it who has something else to do. */
  probe<T>(work: () => Promise<T>): Promise<T | undefined>;
  readonly isClosed: boolean;
}

export interface CircuitOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly elapsedMs: () => number;
  /** Longest wait for an answer. */
  readonly deadlineMs: number;
  /** Told of each change, not of each failure. */
  readonly onChange: (closed: boolean, reason: string) => void;
}

/** One answer that is late may be a pause of either side; so many in turn are none, if they are spread over more than a burst. */
const lateInTurn = 3;
const burstMs = 150;
/** Until the next try. */
const restMs = 500;

export function circuit({ elapsedMs, deadlineMs, onChange }: CircuitOptions): Circuit {
  let closed = true;
  let late = 0;
  let lateSince = 0;
  /** When anything was answered last, in time or not. */
  let heardAt = elapsedMs();
  let tryAgainAt = 0;
  /** Until then a try is underway. A time, since a request that tries may end without a word on some runtimes. */
  let tryingUntil = 0;

  function succeeded(): void {
    late = 0;
    if (closed) return;
    closed = true;
    onChange(true, "it answers");
  }

  function failed(reason: string): void {
    tryAgainAt = elapsedMs() + restMs;
    if (!closed) return;
    closed = false;
    onChange(false, reason);
  }

  function wasLate(): void {
    const now = elapsedMs();
    if (late === 0) lateSince = now;
    late += 1;
    const isSilent = now - heardAt > 2 * deadlineMs;
    if (!closed || (late >= lateInTurn && (isSilent || now - lateSince > burstMs))) failed(`no answer within ${deadlineMs} ms`);
  }

  async function ask<T>(work: () => Promise<T>, withinMs: number, whenLate?: () => void): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<"late">((resolve) => {
      // A process that was held up itself finds the answer with the next turn of its loop: only then it is late.
      timer = setTimeout(() => {
        timer = setTimeout(resolve, 0, "late");
      }, withinMs);
    });
    const answer = start(work).then(
      (value) => {
        heardAt = elapsedMs();
        return { value };
      },
      (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
    );
    const outcome = await Promise.race([answer, deadline]);
    clearTimeout(timer);
    if (outcome === "late") {
      wasLate();
      whenLate?.();
    } else if ("reason" in outcome) failed(outcome.reason);
    else {
      succeeded();
      return outcome.value;
    }
    return undefined;
  }

  return {
    async attempt(work, { late: whenLate, withinMs = deadlineMs } = {}) {
      if (closed) return ask(work, withinMs, whenLate);
      if (elapsedMs() < Math.max(tryAgainAt, tryingUntil)) return undefined;
      tryingUntil = elapsedMs() + withinMs;
      return ask(work, withinMs, whenLate);
    },
    probe: (work) => ask(work, deadlineMs),
    get isClosed() {
      return closed;
    },
  };
}

/** What throws at once has failed as well. */
async function start<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
