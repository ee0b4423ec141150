/** Looks at the sources again and again, behind the requests' backs: at start, soon after trouble, else once in a while. */

import type { Databases, Gateway } from "#gateway";
import type { Stoppable } from "./stop.ts";

/** As often as catalogues are read anew anyway. */
const calmMs = 300_000;
/** After a round in which a source did not answer or a resource was broken. */
const hurryMs = 15_000;

/** Returns at once: a source that is down or slow delays nothing. `complain` hears of what nobody foresaw. */
export function watchSources(gateway: Gateway, databases: Databases, life: Stoppable, complain: (error: unknown) => void): void {
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    let waitMs = calmMs;
    try {
      if (!(await gateway.check(databases))) waitMs = hurryMs;
    } catch (error) {
      if (!life.stopping) complain(error);
    }
    if (!life.stopping) timer = setTimeout(round, waitMs).unref();
  };
  life.onStop(() => clearTimeout(timer));
  void round();
}
