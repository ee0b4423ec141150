/** Port: deliveries as operators and partners look at them, and what both can do about one: send it again, pass over it. */

import type { DeliveryState } from "#contract/deliveries.ts";

export interface Delivery {
  readonly endpoint: string;
  /** The event's number among its partner's. */
  readonly seq: number;
  /** Id of the event. */
  readonly event: string;
  /** Undefined: the event itself is no longer kept. */
  readonly type: string | undefined;
  /** The thing it is about: `orders 0000100204`. */
  readonly entity: string;
  readonly state: DeliveryState;
  /** Behind another of the same thing that has not ended well. */
  readonly parked: boolean;
  readonly attempts: number;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  /** When it is sent next; undefined: it is not, as it stands. */
  readonly nextAt: number | undefined;
  readonly endedAt: number | undefined;
}

export interface DeliveryAttempt {
  readonly attempt: number;
  readonly at: number;
  readonly ms: number;
  readonly outcome: string;
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly answer: Uint8Array | undefined;
  readonly truncated: boolean;
}

/** All of it holds; what is left out is not asked for. */
export interface DeliveryFilter {
  readonly states?: readonly DeliveryState[] | undefined;
  /** Types of events. */
  readonly types?: readonly string[] | undefined;
  /** When the event was recorded: from then on, and before then. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** How many of an endpoint's deliveries are in which state. Captured is the sum of all of them. */
export type DeliveryAccount = Readonly<Record<DeliveryState, number>>;

export interface DeliveryRecords {
  /** Newest first. `before`: a `seq` that the last page ended with. */
  list(endpoint: string, filter: DeliveryFilter, before: number | undefined, limit: number): Promise<readonly Delivery[]>;
  find(endpoint: string, event: string): Promise<Delivery | undefined>;
  attempts(endpoint: string, seq: number): Promise<readonly DeliveryAttempt[]>;
  account(endpoint: string): Promise<DeliveryAccount>;
  /** The last number that there is a delivery of; 0: none. */
  last(endpoint: string): Promise<number>;
  /**
   * Sends again, or at once, up to `limit` of those that match after number `after` and up to `last`, in their order. `unkept`
   * of those that were looked at cannot be sent: their bodies are no longer there. `reached` is the last number that was looked
   * at; undefined: there was none left.
   */
  resend(
    endpoint: string,
    filter: DeliveryFilter & { readonly event?: string },
    range: { readonly after: number; readonly last: number; readonly limit: number },
  ): Promise<{ readonly resent: number; readonly unkept: number; readonly reached: number | undefined }>;
  /** Passes over one that is pending or dead: what waits behind it goes on. False: it is neither. */
  skip(endpoint: string, seq: number): Promise<boolean>;
}
