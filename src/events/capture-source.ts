/** Port: where changes of one source in one environment are captured. The ERP side implements it. */

import type { Captured } from "#contract/captured.ts";

/** What was captured, in the order in which it is to be recorded: of each thing, that of its commits. */
export interface CapturedBatch {
  readonly captured: readonly Captured[];
  /** Whether there is more to be had at once. */
  readonly more: boolean;
  /**
   * Called when all of it is recorded: forgets it where it was captured. Not called, or lost on its way, the same comes again
   * under the same keys.
   */
  recorded(): Promise<void>;
}

/** One way of capturing: a queue that triggers fill, or a scan. */
export interface CaptureSource {
  /** For logs and measures, such as `erp test triggers`. */
  readonly name: string;
  readonly source: string;
  readonly environment: "live" | "test";
  /** One bounded piece of work. Throws a `Problem` while the source cannot answer. */
  next(limit: number): Promise<CapturedBatch>;
  /** Changes that wait at the source, and for how long the oldest has, in milliseconds; undefined where nobody can know. */
  lag(): Promise<{ readonly waiting: number; readonly oldestMs: number | undefined } | undefined>;
}
