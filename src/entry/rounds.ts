/** Repeats bounded work in the background, one round after the other. */

export interface Rounds {
  /** Begins no further round, and waits for the one underway. */
  stop(): Promise<void>;
}

/** Each round begins `intervalMs` after the last one began, or when that is over. A round that fails is told of by `failed`. */
export function repeat(intervalMs: number, round: () => Promise<void>, failed: (error: unknown) => void = () => undefined): Rounds {
  let stopped = false;
  let underway: Promise<void> | undefined;
  let timer: NodeJS.Timeout;
  const run = async (): Promise<void> => {
    const began = performance.now();
    try {
      await round();
    } catch (error) {
      if (!stopped) failed(error);
    }
    if (!stopped) timer = setTimeout(start, Math.max(0, began + intervalMs - performance.now())).unref();
  };
  const start = (): void => {
    underway = run();
  };
  start();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underway;
    },
  };
}
