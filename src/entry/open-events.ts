/** The event log of a process: what requests read of it and wait for, and the rounds that fill it. */

import type { Config } from "#config";
import type { EventPageRecords } from "#events/event-page-records.ts";
import { type Waits, waits } from "#events/waits.ts";
import type { CaptureSource, Gateway, Log } from "#gateway";
import type { Store } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import { eventPages } from "#store/event-pages.ts";
import { listenForChanges } from "#store/listen.ts";
import { type BackgroundRound, keepRounds } from "./keep-rounds.ts";
import type { Stoppable } from "./stop.ts";

export interface OpenEvents {
  /** For requests. */
  readonly handles: { readonly records: EventPageRecords; readonly waits: Waits };
  /** From now on the rounds run: those of the relay, and `further` ones such as delivery. */
  run(gateway: Pick<Gateway, "relay">, sources: readonly CaptureSource[], further: readonly BackgroundRound[]): void;
}

export interface EventsParts {
  readonly config: Config;
  readonly store: Store;
  readonly storeUrl: string;
  readonly log: Log;
}

/** Where nothing can be listened for, what was recorded by other processes is found by looking. */
const pollMs = 400;
/** A notice may be lost with its connection. */
const listeningPollMs = 5_000;

/** Everything is ended with `life`; whoever waits then is answered. */
export function openEvents({ config, store, storeUrl, log }: EventsParts, life: Stoppable): OpenEvents {
  const records = eventPages(() => store);
  const waiting = waits({ heads: records.heads, pollMs: config.credentials.listen ? listeningPollMs : pollMs });
  let wakeFurther = (): void => undefined;
  if (config.credentials.listen) {
    const listener = listenForChanges({
      url: storeUrl,
      channel: "sluice_events",
      timeoutMs: config.storeTimeoutMs,
      onNotice: () => {
        waiting.wake();
        wakeFurther();
      },
      onState: (state) => log.info({ state }, "notifications of events"),
    });
    life.onStop(() => listener.close());
  }
  life.onStop(() => waiting.end());
  return {
    handles: { records, waits: waiting },
    run(gateway, sources, further) {
      const recorder = eventLog(() => store);
      const delivering = keepRounds(further, log);
      wakeFurther = delivering.wake;
      const relaying = keepRounds(
        sources.map(
          (source): BackgroundRound => ({
            name: `relay of ${source.name}`,
            run: async () => {
              const relayed = await gateway.relay(recorder, source);
              if (relayed.kind === "taken") return "taken";
              if (relayed.recorded > 0) waiting.wake();
              if (relayed.deliveries > 0) delivering.wake();
              return relayed.more ? "more" : "nothing";
            },
          }),
        ),
        log,
      );
      life.onStop(() => Promise.all([relaying.stop(), delivering.stop()]).then(() => undefined));
    },
  };
}
