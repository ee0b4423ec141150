/** What happens to events without a request, for as long as a process runs: they are relayed from their sources, and delivered. */

import type { Config, SourceUrls } from "#config";
import { relayCounts } from "#events/relay-counts.ts";
import type { Databases, Gateway, Log } from "#gateway";
import { captureStates } from "#store/capture-states.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { eventLog, eventLogPooled } from "#store/event-log.ts";
import { scanRecords } from "#store/scans.ts";
import { type BackgroundTurn, keepTurns, pause } from "./keep-turns.ts";
import { repeat } from "./rounds.ts";
import type { Stoppable } from "./stop.ts";
import { troubleCode } from "./trouble-code.ts";

export interface KeepEventsParts {
  readonly config: Config;
  readonly gateway: Pick<Gateway, "captureSources" | "relayTurn">;
  readonly databases: Databases;
  /** Where nothing is configured, nothing is captured. */
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly store: Store;
  readonly storeUrl: string;
  readonly log: Log;
  /** Told as soon as something was recorded that is to be delivered. */
  readonly recorded?: (deliveries: number) => void;
}

export interface KeptEvents {
  /** For Prometheus. */
  readonly metrics: () => string;
}

const lookMs = 5_000;

/** How soon the source is asked again where there was nothing. */
const idleMs = 100;
/** How long one process keeps the right to a source: another one gets its chance, and a silent connection is spoken on. */
const turnMs = 15_000;

/** Ended with `life`, which waits for the rounds underway. */
export function keepEvents(
  { config, gateway, databases, sources, store, storeUrl, log, recorded = () => undefined }: KeepEventsParts,
  life: Stoppable,
): KeptEvents {
  const captures = gateway
    .captureSources(
      databases,
      scanRecords(() => store),
    )
    .filter(({ source, environment }) => sources.get(source)?.[environment] !== undefined);
  const counts = relayCounts(captures);
  if (captures.length === 0) return { metrics: counts.text };
  // A connection each for as long as this process has the right to it: requests must not wait for those.
  const { listen } = config.credentials;
  const own = connectStore({
    ...{ url: storeUrl, poolSize: captures.length, timeoutMs: config.storeTimeoutMs, pooledByTransaction: !listen },
    onBrokenConnection: () => undefined,
  });
  life.onStop(() => own.destroy());
  const records = listen ? eventLog(() => own) : eventLogPooled(() => own);
  const turns = keepTurns(
    captures.map(
      (source): BackgroundTurn => ({
        name: `relay of ${source.name}`,
        async run(stopping) {
          const until = performance.now() + turnMs;
          try {
            return await gateway.relayTurn(records, source, {
              async next(relayed) {
                counts.relayed(source, relayed);
                if (relayed.deliveries > 0) recorded(relayed.deliveries);
                if (!relayed.more) await pause(idleMs, stopping);
                return stopping.aborted || performance.now() > until ? "end" : "again";
              },
            });
          } catch (error) {
            counts.failed(source, troubleCode(error));
            throw error;
          }
        },
      }),
    ),
    log,
  );
  life.onStop(turns.stop);
  const states = captureStates(() => store);
  // What cannot be noted now is noted in the next round; that the store is gone is said by others.
  const looks = repeat(lookMs, async () => states.note(await counts.look()));
  life.onStop(looks.stop);
  return { metrics: counts.text };
}
