/** Counts, for each network that clients come from, the credentials that were refused in a fixed window of time. */

export interface FailureWindowsOptions {
  /** Refusals in a window after which a network is throttled; 0: never. */
  readonly limit: number;
  readonly windowMs: number;
  /** Networks that are counted at once. */
  readonly capacity: number;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
}

/** What all processes have counted of a network. */
export interface SharedCount {
  readonly failures: number;
  /** Until its window ends. */
  readonly msLeft: number;
}

export interface FailureWindows {
  /** Milliseconds for which nothing from there is looked at; 0: it is not throttled. */
  throttledMs(network: string): number;
  fail(network: string): void;
  /** Takes out what has been counted since it was last called, at most so many networks, those with the most first. */
  take(most: number): ReadonlyMap<string, number>;
  /** What was heard of the other processes. */
  hear(network: string, shared: SharedCount): void;
}

interface Window {
  endsAt: number;
  failures: number;
  /** Of these, not yet told to the others. */
  untold: number;
}

/** This process's own count, which alone decides. It is exact from the first failure on, and waits for nobody. */
export function createFailureWindows({ limit, windowMs, capacity, elapsedMs }: FailureWindowsOptions): FailureWindows {
  const windows = new Map<string, Window>();
  const untold = new Set<string>();

  /** The window a network is in, begun with its first failure. */
  function windowOf(network: string): Window {
    const found = windows.get(network);
    if (found !== undefined && elapsedMs() < found.endsAt) return found;
    windows.delete(network);
    const window: Window = { endsAt: elapsedMs() + windowMs, failures: 0, untold: 0 };
    windows.set(network, window);
    // The first was begun first, so it is the one that ends soonest.
    if (windows.size > capacity) {
      const first = windows.keys().next().value ?? network;
      windows.delete(first);
      untold.delete(first);
    }
    return window;
  }

  return {
    throttledMs(network) {
      const window = windows.get(network);
      return limit === 0 || window === undefined || window.failures < limit ? 0 : Math.max(0, window.endsAt - elapsedMs());
    },
    fail(network) {
      const window = windowOf(network);
      window.failures += 1;
      window.untold += 1;
      untold.add(network);
    },
    take(most) {
      const worst = [...untold].map((network) => [network, windows.get(network)?.untold ?? 0] as const).sort(([, a], [, b]) => b - a);
      const taken = new Map(worst.slice(0, most));
      for (const network of taken.keys()) {
        untold.delete(network);
        const window = windows.get(network);
        if (window) window.untold = 0;
      }
      return taken;
    },
    hear(network, { failures, msLeft }) {
      const window = windowOf(network);
      if (failures < window.failures) return;
      window.failures = failures + window.untold;
      window.endsAt = elapsedMs() + Math.min(windowMs, msLeft);
    },
  };
}
