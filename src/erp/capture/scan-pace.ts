/** How fast a source is scanned: so many rows a second, with pauses between the passes over all of them. */

/** Of one source; what is left out is as in `defaultPace`. */
export interface ScanPaceSettings {
  /** Rows that are read or asked for, in a second; 500 without it. */
  readonly rowsPerSecond?: number;
  /** From the end of a pass over a resource to the beginning of the next. Without it: a minute, or an hour beside triggers. */
  readonly secondsBetweenPasses?: number;
}

const defaultRowsPerSecond = 500;

/** Why a pace cannot be kept; undefined where it can. */
export function paceProblem({ rowsPerSecond = 1, secondsBetweenPasses: seconds = 0 }: ScanPaceSettings): string | undefined {
  if (!(rowsPerSecond > 0 && rowsPerSecond <= 1_000_000)) return "scan.rowsPerSecond must be more than 0, and not more than a million.";
  if (!(seconds >= 0 && seconds <= 31 * 86_400)) return "scan.secondsBetweenPasses must be 0 or more, and not more than a month.";
  return undefined;
}

export function secondsBetweenPasses({ secondsBetweenPasses }: ScanPaceSettings, besideTriggers: boolean): number {
  return secondsBetweenPasses ?? (besideTriggers ? 3_600 : 60);
}

export interface ScanPace {
  /** Rows of a page. */
  readonly page: number;
  /** Whether a page may be read now. */
  isReady(): boolean;
  took(rows: number): void;
}

/** Pages are as large as a second's rows, within reason: a page costs a statement, whatever is on it. */
const smallestPage = 50;
const largestPage = 500;

/** `elapsedMs`: a clock that never jumps. It begins with a second's rows, and saves up no more than those. */
export function scanPace({ rowsPerSecond = defaultRowsPerSecond }: ScanPaceSettings, elapsedMs: () => number): ScanPace {
  const page = Math.min(largestPage, Math.max(smallestPage, Math.floor(rowsPerSecond)));
  const most = Math.max(page, rowsPerSecond);
  let saved = most;
  let countedAt = elapsedMs();

  function count(): void {
    const now = elapsedMs();
    saved = Math.min(most, saved + ((now - countedAt) * rowsPerSecond) / 1_000);
    countedAt = now;
  }

  return {
    page,
    isReady() {
      count();
      return saved >= 1;
    },
    took(rows) {
      count();
      // What was taken beyond it has to be waited for.
      saved -= rows;
    },
  };
}
