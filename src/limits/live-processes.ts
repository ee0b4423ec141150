/** How many processes share the limits, as far as was heard of them last. */

import { lifeMs } from "./redis-commands.ts";

export interface LiveProcesses {
  heard(processes: number): void;
  count(): number;
}

/** Whoever starts a Redis anew finds it empty: what was heard before counts until everyone has had time to be heard again. */
export function liveProcesses(elapsedMs: () => number): LiveProcesses {
  let heard: { readonly at: number; readonly processes: number }[] = [];
  return {
    heard(processes) {
      const now = elapsedMs();
      heard = [...heard.filter(({ at }) => now - at < lifeMs), { at: now, processes }];
    },
    count: () => Math.max(1, ...heard.map(({ processes }) => processes)),
  };
}
