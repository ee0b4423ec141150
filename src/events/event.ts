/** An event: a fact that happened to a thing. Immutable, and numbered for each partner it concerns. */

import type { CaptureOrigin, Item } from "#contract/captured.ts";

/** `replay`: told again on somebody's wish; `gateway`: of the gateway's own things, such as an endpoint. */
export type EventOrigin = CaptureOrigin | "replay" | "gateway";

export interface EventFact {
  /** `evt_` and 22 digits and letters: no dot, since signatures are made of `id.timestamp.body`. */
  readonly id: string;
  /** As the contract names it: `order.shipped`. */
  readonly type: string;
  /** Milliseconds since 1970, as all times here. */
  readonly occurredAt: number;
  readonly recordedAt: number;
  /** Name of the contract. */
  readonly resource: string;
  readonly resourceId: string;
  /** Counts the events of this thing, from 1, whoever they concern. */
  readonly entitySeq: number;
  readonly origin: EventOrigin;
  /** The thing as it was when it happened, in the newest contract's shape with all fields; null: it is gone. */
  readonly data: Item | null;
  /** Of a change: the values before it of the fields that differ, where they are known. */
  readonly previous: Item | null;
}

/** The same as one partner sees it. */
export interface PartnerEvent extends EventFact {
  /** Counts the events of this partner in this environment, from 1, without a gap. */
  readonly seq: number;
}
