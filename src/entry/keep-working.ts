/** What a process does without a request, be it a gateway or a worker: it looks after writes, relays events and delivers them. */

import type { Config, SourceUrls } from "#config";
import type { Databases, Gateway, Log, WebhookWaysParts } from "#gateway";
import { envelopes } from "#lib/envelope.ts";
import type { Store } from "#store/connect.ts";
import { receiptRecords } from "#store/receipts.ts";
import { keepDeliveries } from "./keep-deliveries.ts";
import { keepEvents } from "./keep-events.ts";
import { keepTending } from "./keep-tending.ts";
import { openReceivers } from "./open-receivers.ts";
import type { Stoppable } from "./stop.ts";

export interface WorkingParts {
  readonly config: Config;
  readonly gateway: Gateway;
  readonly databases: Databases;
  readonly sources: ReadonlyMap<string, SourceUrls>;
  readonly store: Store;
  readonly storeUrl: string;
  readonly secret: Uint8Array;
  readonly log: Log;
}

export interface Working {
  /** The guarded way to partners' endpoints. */
  readonly receivers: WebhookWaysParts;
  /** For Prometheus. */
  readonly metrics: () => string;
}

/** Until `life` ends, which waits for what is underway. */
export function keepWorking({ secret, ...parts }: WorkingParts, life: Stoppable): Working {
  const { config, gateway, databases, store } = parts;
  const receipts = receiptRecords(() => store);
  life.onStop(keepTending(() => gateway.tend(databases, receipts)));
  const relaying = keepEvents(parts, life);
  const receivers = openReceivers(config.webhooks, life);
  const secretsAtRest = envelopes({ current: secret, others: config.previousSecrets });
  const delivering = keepDeliveries({ ...parts, store: () => store, send: receivers.send, envelopes: secretsAtRest }, life);
  return { receivers, metrics: () => relaying.metrics() + delivering.metrics() };
}
