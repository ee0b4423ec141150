/** Gathers what is noted of requests in bounded memory, and writes it behind their backs, many at a time. */
import type { UsageRecord, UsageSink } from "#pipeline/usage.ts";
import type { UsageWriter } from "./usage-records.ts";

export interface UsageCollectorOptions {
  /** Told when writing begins to fail, and when it works again; not of each failure. */
  readonly changed: (state: { readonly kind: "failing"; readonly error: unknown } | { readonly kind: "healed"; readonly dropped: number }) => void;
  /** Most that is held; what comes beyond it is dropped, and counted. */
  readonly capacity?: number;
  /** Most that one statement writes. */
  readonly batchSize?: number;
}

export interface UsageCounts {
  readonly written: number;
  readonly dropped: number;
  /** Statements that failed; what they should have written is tried again. */
  readonly failures: number;
  readonly waiting: number;
}

export interface UsageCollector extends UsageSink {
  /** Writes what was noted until nothing is left or the store fails. One at a time; never rejects. */
  flush(writer: UsageWriter): Promise<void>;
  counts(): UsageCounts;
}

export function usageCollector({ changed, capacity = 20_000, batchSize = 2_000 }: UsageCollectorOptions): UsageCollector {
  let waiting: UsageRecord[] = [];
  let underway: Promise<void> | undefined;
  let [written, dropped, droppedSince, failures] = [0, 0, 0, 0];
  let failing = false;

  function drop(count: number): void {
    dropped += count;
    droppedSince += count;
  }

  async function writeAll(writer: UsageWriter): Promise<void> {
    while (waiting.length > 0) {
      // Taken out only once they are written: a statement whose answer was lost is repeated with the same records.
      const batch = waiting.slice(0, batchSize);
      try {
        await writer.write(batch);
      } catch (error) {
        failures += 1;
        if (!failing) changed({ kind: "failing", error });
        failing = true;
        if (!isUnwritable(error)) return;
        // What the database will never take must not keep the rest waiting for good.
        waiting = waiting.slice(batch.length);
        drop(batch.length);
        continue;
      }
      waiting = waiting.slice(batch.length);
      written += batch.length;
      if (failing) changed({ kind: "healed", dropped: droppedSince });
      failing = false;
      droppedSince = 0;
    }
  }

  return {
    note(record) {
      if (waiting.length < capacity) {
        waiting.push(record);
        return;
      }
      drop(1);
    },
    flush(writer) {
      underway ??= writeAll(writer).finally(() => {
        underway = undefined;
      });
      return underway;
    },
    counts: () => ({ written, dropped, failures, waiting: waiting.length }),
  };
}

/** SQLSTATE classes 22 and 23: the data is wrong, not the database. */
function isUnwritable(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" && /^2[23]/.test(code);
}
