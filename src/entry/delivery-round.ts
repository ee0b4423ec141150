/** One bounded round of deliveries, and what whoever delivers needs; nothing here stays behind. */

import { tellOwners } from "#events/deliver/tell-owners.ts";
import { type DeliveryParts, deliveryWorker, usualTerms } from "#events/deliver/worker.ts";
import { signFor } from "#events/sign/sign-for.ts";
import type { SendWebhook } from "#events/webhook-request.ts";
import type { Gateway, Log } from "#gateway";
import type { Envelopes } from "#lib/envelope.ts";
import type { Store } from "#store/connect.ts";
import { deliveryQueue } from "#store/delivery-queue.ts";
import { signingSecrets } from "#store/signing-secrets.ts";
import { troubleCode } from "./trouble-code.ts";

export interface DeliveriesParts {
  readonly store: () => Store;
  readonly gateway: Pick<Gateway, "fanOut">;
  readonly send: SendWebhook;
  readonly envelopes: Pick<Envelopes, "open">;
  readonly log: Log;
}

/** One bounded round, where nothing goes on without a request: begins nothing after so long, or when nothing is due. */
export function deliveryRound(parts: DeliveriesParts, forMs: number): Promise<void> {
  const worker = deliveryWorker(deliveryParts(parts, { ...usualTerms, inFlight: 64 }));
  return worker.run({ forMs });
}

/** What a worker is made of, whatever runs it. */
export function deliveryParts({ store, gateway, send, envelopes, log }: DeliveriesParts, terms: DeliveryParts["terms"]): DeliveryParts {
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
      trouble: (error) => log.warn({ reason: troubleCode(error) }, "deliveries cannot be looked up, and are tried again"),
      over: () => log.info({}, "deliveries go on again"),
      unsigned: (endpoint, error) => log.error({ endpoint, reason: troubleCode(error) }, "webhooks cannot be signed, and are not sent"),
    },
  };
}
