/** A circuit breaker: leaves a source alone that is in trouble, and finds out when it is back. Pure: time is an argument. */

import { type Failure, outcomes } from "./outcomes.ts";

export interface BreakerRules {
  /** Failures in a row that say a source is gone. */
  readonly failures: number;
  /** The first pause. Each trial that failed doubles it. */
  readonly minMs: number;
  readonly maxMs: number;
  /** A trial that has not ended by then is taken for failed: its request may have died with whoever sent it. */
  readonly trialMs: number;
  /** 0 up to 1, for jitter: many gateways that lost one ERP together do not try it again together. */
  readonly random: () => number;
}

/** Goes with a piece of work; void once the breaker has opened after it was given. */
export interface Ticket {
  readonly generation: number;
  /** The one that finds out whether the source is back, by one cheap statement or by a request. */
  readonly trial?: "statement" | "request";
}

export type Admission = { readonly kind: "admitted"; readonly ticket: Ticket } | { readonly kind: "refused"; readonly retryAfterMs: number };

export type BreakerChange =
  /** `pauseMs`: how long until the next trial. */
  { readonly kind: "opened"; readonly because: Failure; readonly pauseMs: number } | { readonly kind: "closed" };

export interface Breaker {
  state(): "closed" | "open" | "half-open";
  /** Times it has opened from closed. */
  opened(): number;
  /** For a request of a partner. */
  admit(by: string, now: number): Admission;
  /** Whether `admit` would refuse, without taking a trial. */
  refuses(by: string, now: number): boolean;
  /** When the next verdict is due, at the latest. */
  retryAfterMs(by: string, now: number): number;
  /** For a background probe: a ticket when one is due. */
  probe(now: number): Ticket | undefined;
  /** Whether work may send another statement. */
  holds(ticket: Ticket): boolean;
  /** How a statement went. Only what leads from closed to open or back is a change; trials that fail are none. */
  note(ticket: Ticket, outcome: "answered" | Failure, by: string, now: number): BreakerChange | undefined;
  /** Work ended; one that was a trial and tried nothing makes room for the next. */
  ended(ticket: Ticket): void;
}

/**
 * How long after a probe was due a request may try in its place. Where something runs in the background, no partner's
 * request is spent on an ERP that hangs; where nothing does (a runtime without background work), requests find out.
 */
const backgroundMs = 1_000;

export function breaker(rules: BreakerRules): Breaker {
  const recent = outcomes(rules.failures);
  let state: "closed" | "open" | "half-open" = "closed";
  let opened = 0;
  let pauses = 0;
  let lastPauseMs = 0;
  let because: Failure = "gone";
  let dueAt = 0;
  /** From when on requests may try; before `dueAt + backgroundMs` only when a probe was answered. */
  let requestsAt = 0;
  /** Whose statement failed the last trial. */
  let failedBy: string | undefined;
  let trial: { readonly ticket: Ticket; readonly until: number } | undefined;
  let closedAt = Number.NEGATIVE_INFINITY;
  let current: Ticket = { generation: 0 };

  function open(now: number): number {
    const jitter = 0.8 + 0.4 * rules.random();
    const pauseMs = Math.min(rules.maxMs, rules.minMs * 2 ** Math.min(pauses, 30)) * jitter;
    pauses += 1;
    lastPauseMs = pauseMs;
    state = "open";
    trial = undefined;
    dueAt = now + pauseMs;
    requestsAt = dueAt + backgroundMs;
    current = { generation: current.generation + 1 };
    return pauseMs;
  }

  /** A trial that never ended is over, and says nothing good. */
  function expire(now: number): void {
    if (trial !== undefined && now >= trial.until) open(trial.until);
  }

  function start(now: number, kind: "statement" | "request"): Ticket {
    state = "half-open";
    const ticket = { generation: current.generation, trial: kind };
    trial = { ticket, until: now + rules.trialMs };
    return ticket;
  }

  function judge(outcome: "answered" | Failure, by: string, now: number): BreakerChange | undefined {
    if (outcome === "answered") {
      recent.answered(now);
      return undefined;
    }
    recent.failed(outcome, by, now);
    const verdict = recent.verdict(now);
    if (verdict === undefined) return undefined;
    // An ERP that falls over again as soon as requests come back gets the longer pause.
    if (now - closedAt >= lastPauseMs) pauses = 0;
    because = verdict;
    failedBy = undefined;
    opened += 1;
    return { kind: "opened", because, pauseMs: open(now) };
  }

  /** A partner whose own slow statement may have failed the last trial leaves the next one to others for a while. */
  const mayTryAt = (by: string): number => (because === "struggling" && by === failedBy ? requestsAt + lastPauseMs : requestsAt);
  const retryAfterMs = (by: string, now: number): number => (state === "closed" ? 0 : (trial === undefined ? mayTryAt(by) : trial.until) - now);

  return {
    retryAfterMs,
    state: () => state,
    opened: () => opened,
    refuses(by, now) {
      expire(now);
      return state !== "closed" && (trial !== undefined || now < mayTryAt(by));
    },
    admit(by, now) {
      if (state === "closed") return { kind: "admitted", ticket: current };
      expire(now);
      if (trial === undefined && now >= mayTryAt(by)) return { kind: "admitted", ticket: start(now, "request") };
      return { kind: "refused", retryAfterMs: retryAfterMs(by, now) };
    },
    probe(now) {
      if (state === "closed") return undefined;
      expire(now);
      return trial === undefined && state === "open" && now >= dueAt ? start(now, "statement") : undefined;
    },
    holds: (ticket) => ticket.generation === current.generation,
    note(ticket, outcome, by, now) {
      if (ticket.generation !== current.generation) return undefined;
      if (state === "closed") return judge(outcome, by, now);
      if (trial?.ticket !== ticket) return undefined;
      if (outcome === "gone" || outcome === because) {
        failedBy = by;
        open(now);
        return undefined;
      }
      trial = undefined;
      if (ticket.trial === "statement" && because === "struggling") {
        // A server too slow for real statements answers cheap ones all the same: one real request has to show it.
        requestsAt = now;
        return undefined;
      }
      state = "closed";
      closedAt = now;
      recent.forget();
      return { kind: "closed" };
    },
    ended(ticket) {
      if (trial?.ticket !== ticket) return;
      trial = undefined;
      state = "open";
      // Whatever kept this trial from trying anything, the next one may begin at once.
    },
  };
}
