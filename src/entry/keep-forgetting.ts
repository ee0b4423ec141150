/** Deletes what is too old, a round a minute for as long as the process runs. */

import type { Config } from "#config";
import { forgetOld } from "#control-plane/retention/forget.ts";
import type { RetentionRecords } from "#control-plane/retention/retention-records.ts";
import type { Log } from "#gateway";
import { troubleCode } from "./trouble-code.ts";

const intervalMs = 60_000;

/** Returns how to end it, which waits for no round. */
export function keepForgetting(records: RetentionRecords, kept: Config["usageKept"], log: Log): () => void {
  let underway = false;
  const round = async (): Promise<void> => {
    if (underway) return;
    underway = true;
    try {
      const forgotten = await forgetOld(records, kept);
      if (Object.values(forgotten).some((count) => count > 0)) log.info({ ...forgotten }, "what was too old has been deleted");
    } catch (error) {
      // The next round tries again.
      log.warn({ reason: troubleCode(error) }, "what is too old could not be deleted");
    } finally {
      underway = false;
    }
  };
  const timer = setInterval(() => void round(), intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}
