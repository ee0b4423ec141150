/** The log of a process: one JSON object a line on standard output. */
import { destination, pino } from "pino";
import { type Log, onlyAllowed } from "#gateway";

export function createLog(level: string): Log {
  // Gathered for a moment and written behind the requests' backs; flushed at exit, so that only a kill can lose lines.
  return onlyAllowed(
    pino({ level, base: null, timestamp: timestamps(() => Date.now()) }, destination({ dest: 1, sync: false, minLength: 8192, periodicFlush: 100 })),
  );
}

/** ISO 8601 in milliseconds; of a busy process several lines share one. */
function timestamps(now: () => number): () => string {
  let at = Number.NaN;
  let text = "";
  return () => {
    const ms = now();
    if (ms !== at) {
      at = ms;
      text = `,"time":"${new Date(ms).toISOString()}"`;
    }
    return text;
  };
}
