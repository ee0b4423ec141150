/** Port: deliveries in the gateway's own tables, as the worker that sends them needs them. */

/*
 * What other parts have to know (`migrations/0010_deliveries.sql` has the rest):
 *
 * - Who records events inserts deliveries as `pending`, `parked` false, whatever the endpoint's state, and `next_at` left out.
 *   Nothing has to be looked up or locked for it, and a trigger wakes the workers. Order of a thing's events comes from `seq`.
 * - *Held* is no state of a row: it is what a pending delivery is called while its endpoint is suspended or disabled, or its
 *   partner suspended. Who suspends or resumes an endpoint changes the one row in `webhook_endpoints`, and a trigger wakes the workers. Who resumes
 *   one also sets `resumed_at = clock_timestamp()`, `failing_since = null`, `warned_at = null`: from then on it is sent what
 *   waited at a rate that grows, and what waited for its next attempt is due at once.
 * - Who deletes old deliveries deletes none that is pending or dead, and no body that such a one needs.
 *
 * Order of one thing's events at one endpoint. A delivery is *blocked* while an earlier one of the same thing is open, that is
 * pending or dead. Numbers become visible in their order, so whoever sees a delivery sees those before it. A blocked one that a
 * worker comes across it marks as `parked`, so that the next look does not pass by it again; whatever ends a delivery well, or
 * passes over it, takes the mark from the next open one behind it. Both happen only under the lock of the endpoint's row in
 * `delivery_queues`, in statements that begin after the lock is had; so no mark is made by somebody who does not see an ending,
 * and no ending misses a mark. It follows that a parked delivery always has an open one before it: when the last of those ends,
 * the next open one behind it is the parked one itself. Recording events has no part in this, and therefore no race with it.
 */

import type { EventRecorder } from "./event-log-records.ts";

/** A delivery to be sent now. */
export interface DueDelivery {
  readonly endpoint: string;
  /** The event's number among its partner's. */
  readonly seq: number;
  /** Id of the event: `webhook-id`. */
  readonly event: string;
  /** How often it was attempted before. */
  readonly attempts: number;
  /** Those of them that count for the schedule: none of before it was last sent again on somebody's wish. */
  readonly tries: number;
  /** Undefined: it is no longer there, and the delivery cannot be made. */
  readonly body: Uint8Array | undefined;
}

/** What becomes of a delivery after an attempt. */
export type Ending =
  | { readonly kind: "delivered" }
  /** Sent again after so long. */
  | { readonly kind: "retry"; readonly afterMs: number }
  | { readonly kind: "dead" };

export interface Attempted {
  readonly endpoint: string;
  readonly seq: number;
  /** From 1. */
  readonly attempt: number;
  readonly ending: Ending;
  /** When it ended, on the clock of `elapsedMs` of who attempted it. */
  readonly endedMs: number;
  readonly ms: number;
  /** `delivered`, `status`, or why there was no answer. */
  readonly outcome: string;
  readonly status: number | undefined;
  readonly detail: string | undefined;
  readonly answer: Uint8Array | undefined;
  readonly truncated: boolean;
  /** The endpoint says that it is gone for good. */
  readonly gone: boolean;
}

/** An endpoint that a worker has, and what it wants of it. */
export interface HeldQueue {
  readonly endpoint: string;
  readonly lease: number;
  /** Attempts in a row that failed. */
  readonly failures: number;
  /** `keep`: it has some underway. `release`: not even that. `hand-on`: the same, and there is more to do for whoever takes it next. */
  readonly as: "keep" | "release" | "hand-on";
  /** At most so many deliveries more. */
  readonly wanted: number;
  /** Whether it is to be looked for them; else only if something woke it. */
  readonly look: boolean;
  /** Numbers of those that the worker has already, sent or not. */
  readonly busy: readonly number[];
}

/** One exchange with the store: what was done is written, and what is to be done is read, in one transaction. */
export interface Turn {
  readonly held: readonly HeldQueue[];
  /** In the order in which they ended. */
  readonly attempted: readonly Attempted[];
  /** On the same clock as `endedMs`. */
  readonly nowMs: number;
  /** So many endpoints more, of those that do not fail and of those that do; of each at most so many deliveries. */
  readonly take: { readonly healthy: number; readonly failing: number; readonly wanted: number; readonly except: readonly string[] };
  readonly leaseMs: number;
}

export interface QueueState {
  readonly endpoint: string;
  readonly lease: number;
  /** For how long it is the worker's. */
  readonly leaseLeftMs: number;
  readonly url: string;
  readonly environment: "live" | "test";
  /** Whether it may be sent anything. */
  readonly active: boolean;
  readonly failures: number;
  /** How long ago it was resumed; undefined: never. */
  readonly resumedAgoMs: number | undefined;
  /** In the order in which they are due. */
  readonly due: readonly DueDelivery[];
  /** Whether there may be more that is due; undefined: it was not looked for. */
  readonly more: boolean | undefined;
}

export interface TurnDone {
  /** Those that are still the worker's, and those that now are. Of any other nothing was written: somebody else has it. */
  readonly queues: readonly QueueState[];
  /** How many were taken, usable or not. */
  readonly taken: { readonly healthy: number; readonly failing: number };
  /** Endpoints that this turn disabled, and why. */
  readonly disabled: readonly { readonly endpoint: string; readonly reason: string }[];
}

export interface DeliveryQueue {
  /** Takes note of what was recorded and resumed; says after how many milliseconds an endpoint may be taken, undefined: none waits. */
  wake(): Promise<{ readonly dueInMs: number | undefined }>;
  turn(turn: Turn): Promise<TurnDone>;
  /** Warns the partners whose endpoints have failed for so long; says which those are. */
  warn(): Promise<readonly string[]>;
  /** For measures: how long the oldest delivery has been due, and dead ones by endpoint. */
  standing(): Promise<DeliveryStanding>;
}

export interface DeliveryStanding {
  /** Undefined: none is due. */
  readonly oldestDueMs: number | undefined;
  /** The endpoints with the most of them. */
  readonly dead: readonly { readonly endpoint: string; readonly deliveries: number }[];
}

/** An endpoint of which its partner is told. */
export interface ToldEndpoint {
  readonly told: "failing" | "disabled" | "resumed";
  readonly id: string;
  readonly partner: string;
  readonly environment: "live" | "test";
  readonly url: string;
  readonly description: string | null;
  readonly state: "active" | "suspended" | "disabled";
  readonly stateReason: string | null;
  readonly failingSince: number | null;
}

/** Called last in the transaction in which it is so: what is recorded by `recorder` is recorded with it, or not at all. */
export type TellOfEndpoint = (recorder: EventRecorder, told: ToldEndpoint) => Promise<void>;
