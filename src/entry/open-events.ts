/** The event log of a process, for requests that read it and wait for it. */

import type { Config } from "#config";
import type { EventPageRecords } from "#events/event-page-records.ts";
import { type Waits, waits } from "#events/waits.ts";
import type { Log } from "#gateway";
import type { Store } from "#store/connect.ts";
import { eventPages } from "#store/event-pages.ts";
import { listenForChanges } from "#store/listen.ts";
import type { Stoppable } from "./stop.ts";

export interface OpenEvents {
  readonly records: EventPageRecords;
  readonly waits: Waits;
}

/** Where nothing can be listened for, what was recorded by other processes is found by looking. */
const pollMs = 400;
/** A notice may be lost with its connection. */
const listeningPollMs = 5_000;

export interface EventsParts {
  readonly config: Config;
  readonly store: Store;
  readonly storeUrl: string;
  readonly log: Log;
}

/** Ended with `life`; whoever waits then is answered. */
export function openEvents({ config, store, storeUrl, log }: EventsParts, life: Stoppable): OpenEvents {
  const records = eventPages(() => store);
  const waiting = waits({ heads: records.heads, pollMs: config.credentials.listen ? listeningPollMs : pollMs });
  if (config.credentials.listen) {
    const listener = listenForChanges({
      url: storeUrl,
      channel: "sluice_events",
      timeoutMs: config.storeTimeoutMs,
      onNotice: waiting.wake,
      onState: (state) => log.info({ state }, "notifications of events"),
    });
    life.onStop(() => listener.close());
  }
  life.onStop(() => waiting.end());
  return { records, waits: waiting };
}
