/** The log of a Worker: one JSON object a line on its console, in the form that the log on Node has. */
import { type Log, onlyAllowed } from "#gateway";

const levels = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

/** `level` as in `LOG_LEVEL`; `silent` writes nothing. */
export function createConsoleLog(level: string, now: () => number): Log {
  const least = Object.entries(levels).find(([name]) => name === level)?.[1] ?? Number.POSITIVE_INFINITY;
  const at =
    (own: keyof typeof levels): Log["info"] =>
    (fields, msg) => {
      if (levels[own] >= least) console.log(JSON.stringify({ level: levels[own], time: new Date(now()).toISOString(), ...fields, msg }));
    };
  return onlyAllowed({ info: at("info"), warn: at("warn"), error: at("error") });
}
