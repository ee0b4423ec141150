/** Delivers events to partners' endpoints, for as long as a process runs. */

import type { Config } from "#config";
import { deliveryMetrics } from "#events/deliver/metrics.ts";
import { tellOwners } from "#events/deliver/tell-owners.ts";
import { type DeliveryParts, type DeliveryWorker, deliveryWorker, usualTerms } from "#events/deliver/worker.ts";
import type { DeliveryStanding } from "#events/delivery-records.ts";
import { signFor } from "#events/sign/sign-for.ts";
import type { SendWebhook } from "#events/webhook-request.ts";
import type { Gateway, Log } from "#gateway";
import type { Envelopes } from "#lib/envelope.ts";
import type { Store } from "#store/connect.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { listenForChanges } from "#store/listen.ts";
import { signingSecrets } from "#store/signing-secrets.ts";
import { usageTrouble } from "./keep-usage.ts";
import { repeat } from "./rounds.ts";
import type { Stoppable } from "./stop.ts";

export interface KeepDeliveriesParts extends DeliveriesParts {
  readonly config: Config;
  readonly storeUrl: string;
}

export interface DeliveriesParts {
  readonly store: () => Store;
  readonly gateway: Pick<Gateway, "fanOut">;
  readonly send: SendWebhook;
  readonly envelopes: Pick<Envelopes, "open">;
  readonly log: Log;
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

/** One bounded round, where nothing goes on without a request: begins nothing after so long, or when nothing is due. */
export function deliveryRound(parts: DeliveriesParts, forMs: number): Promise<void> {
  const worker: DeliveryWorker = deliveryWorker(deliveryParts(parts, { ...usualTerms, inFlight: 64, pollMs }));
  return worker.run({ forMs });
}

function deliveryParts({ store, gateway, send, envelopes, log }: DeliveriesParts, terms: DeliveryParts["terms"]): DeliveryParts {
  const now = (): number => Date.now();
  const elapsedMs = (): number => performance.now();
  return {
    queue: deliveryQueue(store, { tell: tellOwners(gateway.fanOut, now) }),
    send,
    signFor: signFor({ records: signingSecrets(store), envelopes, now, elapsedMs }),
    terms,
    now,
    elapsedMs,
    random: Math.random,
    say: {
      disabled: (endpoint, reason) => log.warn({ endpoint, reason }, "a webhook endpoint was disabled: its deliveries are held"),
      failing: (endpoint) => log.warn({ endpoint }, "every attempt to reach a webhook endpoint has failed for an hour"),
      trouble: (error) => log.warn({ reason: usageTrouble(error) }, "deliveries cannot be looked up, and are tried again"),
      over: () => log.info({}, "deliveries go on again"),
      unsigned: (endpoint, error) => log.error({ endpoint, reason: usageTrouble(error) }, "webhooks cannot be signed, and are not sent"),
    },
  };
}
