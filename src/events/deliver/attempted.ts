/** What an attempt says of its delivery. */

import type { Attempted, DueDelivery, Ending } from "../delivery-records.ts";
import type { WebhookOutcome } from "../webhook-request.ts";
import { retryAfterMs } from "./retry-after.ts";
import { pauseMs } from "./schedule.ts";

export interface Moment {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** On a clock that never jumps. */
  readonly elapsedMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** 2xx is success, and nothing else is. 410 says that the endpoint is gone; its deliveries wait for the day when it is not. */
export function attempted(delivery: DueDelivery, outcome: WebhookOutcome, { now, elapsedMs, random }: Moment): Attempted {
  const { endpoint, seq, attempts, tries } = delivery;
  const common = { endpoint, seq, attempt: attempts + 1, endedMs: elapsedMs, ms: outcome.ms };
  const failed = (askedMs?: number): Ending => {
    const afterMs = pauseMs(tries + 1, askedMs, random);
    return afterMs === undefined ? { kind: "dead" } : { kind: "retry", afterMs };
  };
  if (outcome.kind === "failed") {
    return { ...common, ending: failed(), outcome: outcome.why, status: undefined, detail: outcome.detail, answer: undefined, truncated: false, gone: false };
  }
  const { status, headers, body: answer, truncated } = outcome;
  const read = { status, detail: undefined, answer, truncated };
  if (status >= 200 && status <= 299) return { ...common, ...read, ending: { kind: "delivered" }, outcome: "delivered", gone: false };
  return { ...common, ...read, ending: failed(retryAfterMs(headers["retry-after"], now)), outcome: "status", gone: status === 410 };
}

/** Of a delivery that cannot be sent, since its body is no longer there: nothing that is sent later can change that. */
export function withoutBody({ endpoint, seq, attempts }: DueDelivery, { elapsedMs }: Moment): Attempted {
  return {
    ...{ endpoint, seq, attempt: attempts + 1, endedMs: elapsedMs, ms: 0, ending: { kind: "dead" }, outcome: "no-body", status: undefined },
    ...{ detail: "The event is older than what is kept to be sent.", answer: undefined, truncated: false, gone: false },
  };
}
