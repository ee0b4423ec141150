/** Capture by triggers with a scan as the net below them: one source of changes, whose parts take turns. */

import type { CapturedBatch, CaptureSource } from "#events/capture-source.ts";
import { Problem } from "#lib/problems.ts";
import type { Scan } from "./scan.ts";

export interface TriggersAndScanParts {
  readonly triggers: CaptureSource;
  readonly scan: Scan;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  /** The scan failed, and not since the source is away: it is tried again later, and keeps the triggers waiting for nothing. */
  readonly failed: (error: unknown) => void;
}

/** Batches of the queue, one after the other, before the scan has a turn all the same. */
const mostInTurn = 20;

/** After the scan failed. */
const pauseMs = 30_000;

/**
 * As one source they are read by one process at a time, and one after the other: what a scan has found is recorded before the queue is
 * read again, so that the events of a thing stand in the log in the order of its states.
 *
 * What was captured is remembered when it is recorded and before it is deleted from the queue. Interrupted in between, it is recorded
 * once (by its key) and remembered then; as long as it is in the queue, the scan leaves the thing alone.
 */
export function triggersAndScan({ triggers, scan, elapsedMs, failed }: TriggersAndScanParts): CaptureSource {
  let inTurn = 0;
  let pausedUntil = 0;

  async function fromScan(limit: number, more: boolean): Promise<CapturedBatch> {
    if (elapsedMs() < pausedUntil) return { ...nothing, more };
    try {
      const batch = await scan.next(limit);
      return { ...batch, more: batch.more || more };
    } catch (error) {
      if (error instanceof Problem) throw error;
      pausedUntil = elapsedMs() + pauseMs;
      failed(error);
      return { ...nothing, more };
    }
  }

  return {
    name: `${triggers.name} and scan`,
    source: triggers.source,
    environment: triggers.environment,
    async next(limit) {
      if (inTurn >= mostInTurn) {
        inTurn = 0;
        return fromScan(limit, true);
      }
      const batch = await triggers.next(limit);
      if (batch.captured.length > 0) {
        inTurn += 1;
        const recorded = async (): Promise<void> => {
          await scan.remember(batch.captured);
          await batch.recorded();
        };
        return { captured: batch.captured, more: true, recorded };
      }
      // Changes that tell nothing have to be forgotten as well, and there is nothing to be recorded before.
      await batch.recorded();
      if (batch.more) {
        inTurn += 1;
        return { ...nothing, more: true };
      }
      inTurn = 0;
      return fromScan(limit, false);
    },
    lag: () => triggers.lag(),
  };
}

const nothing: CapturedBatch = { captured: [], more: false, recorded: async () => undefined };
