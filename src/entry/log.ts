/** The log of a process: one JSON object a line on standard output. */
import { destination, pino } from "pino";
import type { Log } from "#gateway";

/** Which fields a line may carry is decided where it is written; here they are only put into form. */
export function createLog(level: string): Log {
  // Written behind the requests' backs, and flushed at exit; only a kill can lose the last lines.
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination({ dest: 1, sync: false }));
}
