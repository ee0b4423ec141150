/** Ends a process in order: what was started last is stopped first, on a signal as well as after a failure. */

export interface Stoppable {
  /** Registers how to end something that was just started. */
  onStop(stop: () => Promise<void> | void): void;
  /** Ends everything once; further calls wait for the first. */
  stop(): Promise<void>;
  /** Whether the end has begun; errors of work that was cut off are of no interest then. */
  readonly stopping: boolean;
}

export function createStoppable(report: (error: unknown) => void): Stoppable {
  const stops: (() => Promise<void> | void)[] = [];
  let ending: Promise<void> | undefined;

  async function end(): Promise<void> {
    // Taken one by one: something may still register itself while others end.
    for (let stop = stops.pop(); stop; stop = stops.pop()) {
      try {
        await stop();
      } catch (error) {
        report(error);
      }
    }
  }

  return {
    onStop: (stop) => {
      stops.push(stop);
      // Started when the end was over already: ended at once.
      if (ending) ending = ending.then(end);
    },
    stop: () => (ending ??= end()),
    get stopping() {
      return ending !== undefined;
    },
  };
}
