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

/** One answer that is late may be a pause of either side; so many in turn are none. */
const lateInTurn = 3;
/** Until the next try. */
const restMs = 500;

export function circuit({ elapsedMs, deadlineMs, onChange }: CircuitOptions): Circuit {
  let closed = true;
  let late = 0;
  let tryAgainAt = 0;
  /** Until then a try is underway. A time, since a request that tries may end without a word on some runtimes. */
  let tryingUntil = 0;

  function succeeded(): void {
    late = 0;
    if (closed) return;
    closed = true;
    onChange(true, "it answers");
  }

  function failed(reason: string, enough: boolean): void {
    tryAgainAt = elapsedMs() + restMs;
    late += 1;
    if (!closed || (!enough && late < lateInTurn)) return;
    closed = false;
    onChange(false, reason);
  }

  async function ask<T>(work: () => Promise<T>, withinMs: number, whenLate?: () => void): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<"late">((resolve) => {
      timer = setTimeout(resolve, withinMs, "late");
    });
    const answer = start(work).then(
      (value) => ({ value }),
      (error: unknown) => ({ reason: error instanceof Error ? error.message : String(error) }),
    );
    const outcome = await Promise.race([answer, deadline]);
    clearTimeout(timer);
    if (outcome === "late") {
      failed(`no answer within ${deadlineMs} ms`, false);
      whenLate?.();
    } else if ("reason" in outcome) failed(outcome.reason, true);
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
