/** Knows how long ago this process was told of all changes to credentials, and tells whoever remembers any. */
import type { Changed, CredentialChanges } from "./change-records.ts";

export interface ChangeWatchOptions {
  readonly changes: Pick<CredentialChanges, "since">;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** Told when changes can no longer be asked for, and when they can again; not of each failure. */
  readonly onState: (state: "lost" | "back", error: unknown) => void;
}

export interface ChangeWatch {
  /** All that was committed before this moment has been told. Monotonic milliseconds; `-Infinity` at first. */
  confirmedAt(): number;
  /** Whoever remembers credentials forgets what is named here. */
  onChange(forget: (changed: Changed) => void): void;
  /** Asks once, and once more if it is called meanwhile: what was asked before may have been too early. Never rejects. */
  poll(): Promise<void>;
  readonly failedPolls: () => number;
}

export function createChangeWatch({ changes, elapsedMs, onState }: ChangeWatchOptions): ChangeWatch {
  const listeners: ((changed: Changed) => void)[] = [];
  let mark: string | undefined;
  let confirmed = Number.NEGATIVE_INFINITY;
  let lost = false;
  let failed = 0;
  let underway: Promise<void> | undefined;
  let again = false;

  async function ask(): Promise<void> {
    // From before the question: a commit during the answer may not be in it.
    const began = elapsedMs();
    try {
      const read = await changes.since(mark);
      if (read.changed === "everything" || read.changed.size > 0) for (const forget of listeners) forget(read.changed);
      mark = read.mark;
      confirmed = began;
      if (lost) onState("back", undefined);
      lost = false;
    } catch (error) {
      // Who answers next may be another server, whose snapshots are other ones.
      mark = undefined;
      failed += 1;
      if (!lost) onState("lost", error);
      lost = true;
    }
  }

  async function askUntilDone(): Promise<void> {
    do {
      again = false;
      await ask();
    } while (again);
    underway = undefined;
  }

  return {
    confirmedAt: () => confirmed,
    onChange: (forget) => void listeners.push(forget),
    poll() {
      if (underway) again = true;
      else underway = askUntilDone();
      return underway;
    },
    failedPolls: () => failed,
  };
}
