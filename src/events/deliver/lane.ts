/** One endpoint that this worker has: what waits here, what is underway, and how much may be at once. */

import type { Attempted, DueDelivery, HeldQueue, QueueState } from "../delivery-records.ts";
import type { Sign } from "../signing.ts";
import { type Ramp, ramp } from "./ramp.ts";

export interface Lane {
  readonly endpoint: string;
  lease: number;
  /** When the lease ends, on the clock of `elapsedMs`. */
  leaseEndsMs: number;
  url: string;
  readonly environment: "live" | "test";
  active: boolean;
  /** Attempts in a row that failed. */
  failures: number;
  /** So many may be underway at once; it grows with every success. */
  window: number;
  readonly waiting: DueDelivery[];
  /** When each began, by its number. */
  readonly underway: Map<number, number>;
  /** Those of them that have taken long already. */
  slow: number;
  /** Whether the store may have more that is due. */
  more: boolean;
  lookedMs: number;
  readonly sinceMs: number;
  /** Delivered since the last turn. */
  served: number;
  /** Is sent nothing more, and let go when nothing is underway. */
  leaving: boolean;
  /** Is being let go. */
  closing: boolean;
  ramp: Ramp;
  resumedMs: number | undefined;
  sign: Sign | undefined;
  /** When the secrets were asked for last. */
  signAskedMs: number;
}

export interface LaneTerms {
  /** Requests at once to one endpoint that answers well. */
  readonly perEndpoint: number;
}

/** One that is not known yet is trusted with little. */
const firstWindow = 2;
const mostWaiting = 256;
/** How long a resumption may be measured apart without being another one. */
const sameResumptionMs = 2_000;

/** `sinceMs`: when its time here begins, drawn by lot, so that not all of them are handed on at once. */
export function openLane(state: QueueState, nowMs: number, sinceMs: number): Lane {
  const resumedMs = state.resumedAgoMs === undefined ? undefined : nowMs - state.resumedAgoMs;
  return {
    ...{ endpoint: state.endpoint, lease: state.lease, leaseEndsMs: nowMs + state.leaseLeftMs, url: state.url, active: state.active },
    ...{ environment: state.environment, failures: state.failures, window: state.failures > 0 ? 1 : firstWindow, waiting: [], underway: new Map(), slow: 0 },
    ...{ more: false, lookedMs: nowMs, sinceMs, served: 0, leaving: false, closing: false },
    ...{ ramp: ramp(resumedMs, nowMs), resumedMs, sign: undefined, signAskedMs: Number.NEGATIVE_INFINITY },
  };
}

/** Takes over what a turn says of the endpoint. */
export function refreshLane(lane: Lane, state: QueueState, nowMs: number): void {
  lane.lease = state.lease;
  lane.leaseEndsMs = nowMs + state.leaseLeftMs;
  lane.url = state.url;
  lane.active = state.active;
  lane.closing = false;
  if (state.more !== undefined) {
    lane.more = state.more;
    lane.lookedMs = nowMs;
  }
  if (!lane.active) lane.waiting.length = 0;
  else lane.waiting.push(...state.due);
  const resumedMs = state.resumedAgoMs === undefined ? undefined : nowMs - state.resumedAgoMs;
  if (resumedMs !== undefined && (lane.resumedMs === undefined || resumedMs - lane.resumedMs > sameResumptionMs)) {
    lane.resumedMs = resumedMs;
    lane.ramp = ramp(resumedMs, nowMs);
  }
}

/** What is underway and not long ago begun is no sign of anything; what has taken long keeps others from following it. */
export function mayStart(lane: Lane): boolean {
  if (lane.waiting.length === 0 || !lane.active || lane.leaving || lane.closing || lane.sign === undefined) return false;
  return lane.underway.size < (lane.slow > 0 ? 1 : lane.window);
}

/** Whether it counts among those that may only have a share of what can be underway. */
export function isSuspect(lane: Lane): boolean {
  return lane.failures > 0 || lane.slow > 0;
}

export function noteAttempted(lane: Lane, { ending, outcome }: Attempted, { perEndpoint }: LaneTerms): void {
  if (ending.kind === "delivered") {
    lane.failures = 0;
    lane.served += 1;
    lane.window = Math.min(lane.window + 1, perEndpoint);
  } else if (outcome !== "no-body") {
    lane.failures += 1;
    lane.window = 1;
  }
}

/** How many deliveries it is good to have here beside those that wait already. */
export function wantedOf(lane: Lane, nowMs: number): number {
  if (!lane.active || lane.leaving || lane.slow > 0) return 0;
  const rate = lane.ramp.rate(nowMs);
  const good = Math.min(mostWaiting, Math.max(2 * lane.window, 2 * lane.served));
  return Math.max(0, Math.min(good, rate === undefined ? good : Math.ceil(rate)) - lane.waiting.length);
}

/** As the next turn is to treat it. `wanted` is what there is room for. */
export function heldQueue(lane: Lane, wanted: number, look: boolean): HeldQueue {
  const { endpoint, lease, failures, waiting, underway } = lane;
  const as = lane.closing ? (lane.leaving ? "hand-on" : "release") : "keep";
  return { endpoint, lease, failures, as, wanted, look, busy: [...waiting.map(({ seq }) => seq), ...underway.keys()] };
}
