/** The log of a process: one JSON object a line on standard output. */
import { pino } from "pino";
import type { Log } from "#gateway";

/** Which fields a line may carry is decided where it is written; here they are only put into form. */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` });
}
