/** Notes what partners do, and writes it every second for as long as the process runs. */
import { type UsageCollector, usageCollector } from "#control-plane/usage/collect.ts";
import { usageMetrics } from "#control-plane/usage/metrics.ts";
import type { UsageWriter } from "#control-plane/usage/usage-records.ts";
import type { Log } from "#gateway";
import { troubleCode } from "./trouble-code.ts";

const intervalMs = 1_000;

export interface KeptUsage {
  readonly sink: UsageCollector;
  readonly metrics: () => string;
  /** Writes what is left, if the store takes it. */
  stop(): Promise<void>;
}

export function keepUsage(writer: UsageWriter, log: Log): KeptUsage {
  const sink = usageCollector(usageTold(log));
  const timer = setInterval(() => void sink.flush(writer), intervalMs);
  timer.unref();
  return {
    sink,
    metrics: () => usageMetrics(sink.counts()),
    stop: async () => {
      clearInterval(timer);
      await sink.flush(writer);
      // One that was underway may have begun before the last requests ended.
      await sink.flush(writer);
    },
  };
}

/** One line per change, not per second. */
function usageTold(log: Log): Parameters<typeof usageCollector>[0] {
  return {
    changed: (state) => {
      if (state.kind === "failing") log.warn({ reason: troubleCode(state.error) }, "usage cannot be written, and is gathered for now");
      else log.info({ dropped: state.dropped }, "usage is written again");
    },
  };
}
