/** Whether Redis is asked at all: once it fails, requests go on without it at once, and one after the other tries whether it is back. */

export type Attempted<T> =
  | { readonly kind: "answered"; readonly value: T }
  /** It was asked, and whether it is done is not known yet: `late` or `lost` will tell. */
  | { readonly kind: "late" }
  /** It was not asked, or has failed. */
  | { readonly kind: "failed" };

export interface AttemptOptions<T> {
  /** Longest wait, where it is to be shorter than usual. */
  readonly withinMs?: number;
  /** Gets an answer that nobody waited for any more. */
  readonly late?: (answer: T) => void;
  /** It failed after nobody waited for it any more. */
  readonly lost?: () => void;
}

export interface Circuit {
  /** Never rejects. */
  attempt<T>(work: () => Promise<T>, options?: AttemptOptions<T>): Promise<Attempted<T>>;
  /** Tries whatever the state is, and nobody waits for it who has something else to do. */
  probe<T>(work: () => Promise<T>): Promise<Attempted<T>>;
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

  async function ask<T>(work: () => Promise<T>, { withinMs = deadlineMs, late: whenLate, lost }: AttemptOptions<T>): Promise<Attempted<T>> {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<{ readonly kind: "late" }>((resolve) => {
      // A process that was held up itself finds the answer with the next turn of its loop: only then it is late.
      timer = setTimeout(() => {
        timer = setTimeout(resolve, 0, { kind: "late" });
      }, withinMs);
    });
    const answer = start(work).then(
      (value) => {
        heardAt = elapsedMs();
        if (over) whenLate?.(value);
        return { kind: "answered", value } as const;
      },
      (error: unknown) => {
        if (over) lost?.();
        return { kind: "failed", reason: error instanceof Error ? error.message : String(error) } as const;
      },
    );
    const outcome = await Promise.race([answer, deadline]);
    over = true;
    clearTimeout(timer);
    if (outcome.kind === "late") wasLate();
    else if (outcome.kind === "failed") failed(outcome.reason);
    else succeeded();
    return outcome;
  }

  return {
    async attempt(work, options = {}) {
      if (closed) return ask(work, options);
      if (elapsedMs() < Math.max(tryAgainAt, tryingUntil)) return { kind: "failed" };
      tryingUntil = elapsedMs() + deadlineMs;
      return ask(work, options);
    },
    probe: (work) => ask(work, {}),
    get isClosed() {
      return closed;
    },
  };
}

/** What throws at once has failed as well. */
async function start<T>(work: () => Promise<T>): Promise<T> {
  return work();
}
