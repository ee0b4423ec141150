/** Delivers events to partners' endpoints, for as long as a process runs. */

import type { Config } from "#config";
import { deliveryMetrics } from "#events/deliver/metrics.ts";
import { deliveryWorker, usualTerms } from "#events/deliver/worker.ts";
import type { DeliveryStanding } from "#events/delivery-records.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { listenForChanges } from "#store/listen.ts";
import { type DeliveriesParts, deliveryParts } from "./delivery-round.ts";
import { repeat } from "./rounds.ts";
import type { Stoppable } from "./stop.ts";

export interface KeepDeliveriesParts extends DeliveriesParts {
  readonly config: Config;
  readonly storeUrl: string;
}

/** Where nothing can be listened for, what was recorded is found by looking; where something can, a notice may be lost with its connection. */
const [pollMs, listeningPollMs] = [40, 500] as const;
/** A little more than a request can take. */
const lastWordsMs = 16_000;
const standingMs = 15_000;

/** Ended with `life`: what is underway is waited for, and what became of it is written. */
export function keepDeliveries({ config, storeUrl, ...parts }: KeepDeliveriesParts, life: Stoppable): { readonly metrics: () => string } {
  const { store, log } = parts;
  const { listen } = config.credentials;
  const worker = deliveryWorker(deliveryParts(parts, { ...usualTerms, pollMs: listen ? listeningPollMs : pollMs }));
  if (listen) {
    const listener = listenForChanges({
      url: storeUrl,
      channel: "sluice_deliveries",
      timeoutMs: config.storeTimeoutMs,
      onNotice: worker.notify,
      onState: (state) => log.info({ state }, "notifications of deliveries"),
    });
    life.onStop(() => listener.close());
  }
  void worker.run();
  let standing: DeliveryStanding | undefined;
  const queue = deliveryQueue(store);
  const looks = repeat(standingMs, async () => {
    standing = await queue.standing();
  });
  life.onStop(() => looks.stop());
  life.onStop(() => worker.stop(lastWordsMs));
  return { metrics: () => deliveryMetrics(worker.counts(), standing) };
}
