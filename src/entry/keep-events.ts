/** What happens to events without a request, for as long as a process runs: they are relayed from their sources, and delivered. */

import type { Config, SourceUrls } from "#config";
import { relayCounts } from "#events/relay-counts.ts";
import type { CaptureSource, Databases, Gateway, Log } from "#gateway";
import { captureStates } from "#store/capture-states.ts";
import type { Store } from "#store/connect.ts";
import { eventLog } from "#store/event-log.ts";
import { scanRecords } from "#store/scans.ts";
import { type BackgroundRound, keepRounds } from "./keep-rounds.ts";
import { usageTrouble } from "./keep-usage.ts";
import { repeat } from "./rounds.ts";
import type { Stoppable } from "./stop.ts";

export interface KeepEventsParts {
  readonly config: Config;
  readonly gateway: Pick<Gateway, "captureSources" | "relay">;
  readonly databases: Databases;
  /** Where nothing is configured, nothing is captured. */
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly store: Store;
  readonly log: Log;
  /** Told as soon as something was recorded that is to be delivered. */
  readonly recorded?: (deliveries: number) => void;
}

export interface KeptEvents {
  /** For Prometheus. */
  readonly metrics: () => string;
}

const lookMs = 5_000;

/** Ended with `life`, which waits for the rounds underway. */
export function keepEvents({ gateway, databases, sources, store, log, recorded = () => undefined }: KeepEventsParts, life: Stoppable): KeptEvents {
  const records = eventLog(() => store);
  const captures = gateway
    .captureSources(
      databases,
      scanRecords(() => store),
    )
    .filter(({ source, environment }) => sources.get(source)?.[environment] !== undefined);
  const counts = relayCounts(captures);
  const round = (source: CaptureSource): BackgroundRound => ({
    name: `relay of ${source.name}`,
    async run() {
      try {
        const relayed = await gateway.relay(records, source);
        if (relayed.kind === "taken") return "taken";
        counts.relayed(source, relayed);
        if (relayed.deliveries > 0) recorded(relayed.deliveries);
        return relayed.more ? "more" : "nothing";
      } catch (error) {
        counts.failed(source, usageTrouble(error));
        throw error;
      }
    },
  });
  const relays = keepRounds(captures.map(round), log);
  life.onStop(relays.stop);
  const states = captureStates(() => store);
  // What cannot be noted now is noted in the next round; that the store is gone is said by others.
  const looks = captures.length === 0 ? undefined : repeat(lookMs, async () => states.note(await counts.look()));
  life.onStop(() => looks?.stop());
  return { metrics: counts.text };
}
