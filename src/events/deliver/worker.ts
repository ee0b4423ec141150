/** Sends deliveries: takes endpoints that have some, sends what is due, and writes what became of it, many at a time. */

import type { Attempted, DeliveryQueue, DueDelivery, TurnDone } from "../delivery-records.ts";
import type { SignFor } from "../signing.ts";
import type { SendWebhook } from "../webhook-request.ts";
import { attempted, withoutBody } from "./attempted.ts";
import { type DeliveryCounts, deliveryCounts } from "./counts.ts";
import { heldQueue, isSuspect, type Lane, mayStart, noteAttempted, openLane, refreshLane, wantedOf } from "./lane.ts";

/** Where a delivery can be interrupted; told to whoever tests that. */
export type DeliveryPoint = "taken" | "sending" | "answered" | "writing" | "written";

export interface DeliveryTerms {
  /** Requests underway at once that have not taken long yet; those that have do not keep others waiting. */
  readonly inFlight: number;
  readonly perEndpoint: number;
  /** Longer than any request can take, and than a worker may be silent. */
  readonly leaseMs: number;
  /** No request is begun when less of the lease is left. */
  readonly longestRequestMs: number;
  /** How often the store is looked at where nothing tells of something new. */
  readonly pollMs: number;
}

export const usualTerms: DeliveryTerms = { inFlight: 256, perEndpoint: 8, leaseMs: 60_000, longestRequestMs: 16_000, pollMs: 50 };

export interface DeliveryParts {
  readonly queue: DeliveryQueue;
  readonly send: SendWebhook;
  readonly signFor: SignFor;
  readonly terms: DeliveryTerms;
  /** Milliseconds since 1970: for signatures, and dates that receivers name. */
  readonly now: () => number;
  /** Milliseconds on a clock that never jumps. */
  readonly elapsedMs: () => number;
  readonly random: () => number;
  readonly say: {
    disabled(endpoint: string, reason: string): void;
    failing(endpoint: string): void;
    /** The store cannot be used, and is again; of each trouble once. */
    trouble(error: unknown): void;
    over(): void;
    /** Its secrets cannot be had. */
    unsigned(endpoint: string, error: unknown): void;
  };
  readonly passing?: (point: DeliveryPoint) => void;
}

export interface DeliveryWorker {
  /** Runs until it is stopped, or `until` says so. Never rejects. */
  run(until?: DeliveryBounds): Promise<void>;
  /** Something was recorded: it is looked at now. */
  notify(): void;
  /** Takes and begins nothing more, waits for what is underway, at most so long, and writes what became of it. */
  stop(waitMs: number): Promise<void>;
  counts(): DeliveryCounts;
}

/** For rounds that end by themselves. */
export interface DeliveryBounds {
  /** Begins nothing after so long. */
  readonly forMs: number;
}

/** What took this long is slow: others do not wait for it. */
const slowMs = 1_000;
const sweepMs = 100;
const lookAgainMs = 1_000;
const mostLanes = 512;
const mostWaiting = 1_024;
const takeAtOnce = 100;
const firstWanted = 8;
const secretsKeptMs = 2_000;
const noSecretMs = 30_000;
/** Endpoints that stay busy are handed on after this, so that other workers get some of them. */
const handOnMs = 5_000;
const leftAloneMs = 100;
/** Under load, turns begin this far apart at least, so that each has something to write. */
const paceMs = 8;
const warnEveryMs = 30_000;
const longestTroubleMs = 2_000;

function atLeastNone(...numbers: readonly number[]): number {
  return Math.max(0, Math.min(...numbers));
}

export function deliveryWorker(parts: DeliveryParts): DeliveryWorker {
  const { queue, send, signFor, terms, now, elapsedMs, random, say, passing = () => undefined } = parts;
  const lanes = new Map<string, Lane>();
  const counts = deliveryCounts();
  const leftAlone = new Map<string, number>();
  let done: Attempted[] = [];
  let fresh = 0;
  let underway = 0;
  let suspects = 0;
  let waiting = 0;
  let stopping = false;
  let stopsAtMs = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;
  let told = true;
  let wakeUp: (() => void) | undefined;
  let warnedMs = elapsedMs();
  let firstLane = 0;

  function signal(): void {
    told = true;
    wakeUp?.();
  }

  async function rest(ms: number): Promise<void> {
    if (told || ms <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wakeUp = undefined;
  }

  /** Those that fail may have a quarter of everything between them. */
  function roomFor(lane: Lane): boolean {
    if (fresh >= terms.inFlight || underway >= 4 * terms.inFlight) return false;
    return !isSuspect(lane) || suspects < terms.inFlight;
  }

  /** Begins one request, if one may begin. */
  function startOne(lane: Lane, nowMs: number): boolean {
    if (!mayStart(lane) || !roomFor(lane) || lane.leaseEndsMs - nowMs < terms.longestRequestMs || !lane.ramp.take(nowMs)) return false;
    const delivery = lane.waiting.shift();
    if (delivery === undefined) return false;
    waiting -= 1;
    void deliver(lane, delivery, nowMs);
    return true;
  }

  function pump(lane: Lane): void {
    const nowMs = elapsedMs();
    while (startOne(lane, nowMs));
    // Before it has run dry, so that there is no pause.
    if (lane.more && lane.waiting.length < lane.window && wantedOf(lane, nowMs) > 0) signal();
  }

  /** One request for each endpoint in turn, for as long as there is room. */
  function pumpAll(): void {
    const all = [...lanes.values()];
    if (all.length === 0) return;
    firstLane = (firstLane + 1) % all.length;
    const turnOf = [...all.slice(firstLane), ...all.slice(0, firstLane)];
    const nowMs = elapsedMs();
    for (let going = turnOf; going.length > 0; ) going = going.filter((lane) => startOne(lane, nowMs));
  }

  async function deliver(lane: Lane, delivery: DueDelivery, startedMs: number): Promise<void> {
    const suspect = isSuspect(lane);
    lane.underway.set(delivery.seq, startedMs);
    underway += 1;
    fresh += 1;
    if (suspect) suspects += 1;
    const result = await attempt(lane, delivery);
    underway -= 1;
    if (suspect) suspects -= 1;
    // Below zero: the sweep has marked it as slow.
    if ((lane.underway.get(delivery.seq) ?? 0) < 0) lane.slow -= 1;
    else fresh -= 1;
    lane.underway.delete(delivery.seq);
    counts.note(result);
    // Of a lane that was lost it counts for nothing, even if the endpoint has come back since.
    if (lanes.get(lane.endpoint) === lane) {
      noteAttempted(lane, result, terms);
      done.push(result);
    }
    signal();
    if (fresh + 1 < terms.inFlight) pump(lane);
    else pumpAll();
  }

  async function attempt({ sign, url, environment }: Lane, delivery: DueDelivery): Promise<Attempted> {
    const { event, body } = delivery;
    if (body === undefined || sign === undefined) return withoutBody(delivery, { now: now(), elapsedMs: elapsedMs(), random });
    passing("sending");
    const outcome = await send({ url, environment, headers: sign(event, Math.floor(now() / 1_000), body), body });
    passing("answered");
    return attempted(delivery, outcome, { now: now(), elapsedMs: elapsedMs(), random });
  }

  function sweep(): void {
    const nowMs = elapsedMs();
    for (const lane of lanes.values()) {
      for (const [seq, startedMs] of lane.underway) {
        if (startedMs < 0 || nowMs - startedMs < slowMs) continue;
        lane.underway.set(seq, -startedMs - 1);
        lane.slow += 1;
        fresh -= 1;
      }
    }
    pumpAll();
  }

  async function askForSecrets(lane: Lane): Promise<void> {
    lane.signAskedMs = elapsedMs();
    try {
      const sign = await signFor(lane.endpoint);
      if (sign === undefined) throw new Error("the endpoint has no secret");
      lane.sign = sign;
    } catch (error) {
      if (lane.sign === undefined) lane.signAskedMs += noSecretMs - secretsKeptMs;
      say.unsigned(lane.endpoint, error);
    }
    pump(lane);
  }

  /** What the next turn is to do; undefined: nothing. */
  function nextTurn(due: boolean): Parameters<DeliveryQueue["turn"]>[0] | undefined {
    const nowMs = elapsedMs();
    for (const [endpoint, untilMs] of leftAlone) if (untilMs <= nowMs) leftAlone.delete(endpoint);
    const wishes = [...lanes.values()].map((lane) => {
      if (stopping || (nowMs - lane.sinceMs > handOnMs && lanes.size > 1)) lane.leaving = true;
      if (lane.leaving || !lane.active) {
        waiting -= lane.waiting.length;
        lane.waiting.length = 0;
      }
      const idle = lane.underway.size === 0 && lane.waiting.length === 0;
      lane.closing = idle && (lane.leaving || !lane.active || !lane.more);
      return { lane, wanted: wantedOf(lane, nowMs), look: lane.more || nowMs - lane.lookedMs > lookAgainMs };
    });
    const room = Math.max(0, mostWaiting - waiting);
    const share = Math.max(1, Math.floor(room / Math.max(1, wishes.length)));
    const held = wishes.map(({ lane, wanted, look }) => heldQueue(lane, lane.closing ? 0 : Math.min(wanted, Math.max(share, room - wishes.length)), look));
    const taking = due && !stopping && room > 0;
    const failingLanes = wishes.filter(({ lane }) => isSuspect(lane)).length;
    const take = {
      healthy: taking && fresh < terms.inFlight ? atLeastNone(takeAtOnce, mostLanes - (lanes.size - failingLanes), 8 * mostLanes - lanes.size) : 0,
      failing: taking ? atLeastNone(takeAtOnce, terms.inFlight - failingLanes) : 0,
      wanted: firstWanted,
      except: [...leftAlone.keys()],
    };
    const renewing = wishes.some(({ lane }) => lane.leaseEndsMs - nowMs < terms.leaseMs / 2);
    const useful = done.length > 0 || take.healthy > 0 || take.failing > 0 || renewing || held.some((one) => one.as !== "keep" || (one.look && one.wanted > 0));
    const all = done;
    if (!useful) return undefined;
    done = [];
    return { held, attempted: all, nowMs, take, leaseMs: terms.leaseMs };
  }

  /** `again`: there may be more to do at once. `idle`: there was nothing to do. */
  async function turn(due: boolean): Promise<"idle" | "done" | "again"> {
    const asked = nextTurn(due);
    if (asked === undefined) return "idle";
    for (const lane of lanes.values()) lane.served = 0;
    passing("writing");
    let answer: TurnDone;
    try {
      answer = await queue.turn(asked);
    } catch (error) {
      done = [...asked.attempted, ...done];
      for (const lane of lanes.values()) lane.closing = false;
      throw error;
    }
    passing("written");
    settle(asked, answer);
    const fullTake =
      (asked.take.healthy > 0 && answer.taken.healthy === asked.take.healthy) || (asked.take.failing > 0 && answer.taken.failing === asked.take.failing);
    const unfinished = [...lanes.values()].some((lane) => (lane.more && wantedOf(lane, elapsedMs()) > 0) || (!lane.active && lane.underway.size === 0));
    return fullTake || unfinished ? "again" : "done";
  }

  function settle(asked: Parameters<DeliveryQueue["turn"]>[0], { queues, disabled, taken }: TurnDone): void {
    const nowMs = elapsedMs();
    const mine = new Map(queues.map((state) => [state.endpoint, state]));
    for (const { endpoint, as } of asked.held) {
      if (as === "keep" || mine.has(endpoint)) continue;
      lanes.delete(endpoint);
      if (as === "hand-on") leftAlone.set(endpoint, nowMs + leftAloneMs);
    }
    for (const lane of lanes.values()) {
      if (mine.has(lane.endpoint)) continue;
      // Somebody else has it by now. What is underway ends by itself, and counts for nothing.
      waiting -= lane.waiting.length;
      lane.waiting.length = 0;
      lane.closing = true;
      lanes.delete(lane.endpoint);
      done = done.filter(({ endpoint }) => endpoint !== lane.endpoint);
      counts.lost();
    }
    for (const state of queues) {
      const known = lanes.get(state.endpoint);
      const lane = known ?? openLane(state, nowMs, nowMs + random() * handOnMs);
      lanes.set(state.endpoint, lane);
      const before = known === undefined ? 0 : lane.waiting.length;
      refreshLane(lane, state, nowMs);
      waiting += lane.waiting.length - before;
      if (lane.active && nowMs - lane.signAskedMs > secretsKeptMs) void askForSecrets(lane);
    }
    if (taken.healthy + taken.failing > 0) passing("taken");
    for (const { endpoint, reason } of disabled) say.disabled(endpoint, reason);
  }

  async function warn(): Promise<void> {
    if (elapsedMs() - warnedMs < warnEveryMs) return;
    warnedMs = elapsedMs();
    for (const endpoint of await queue.warn()) say.failing(endpoint);
  }

  async function loop(bounds: DeliveryBounds | undefined): Promise<void> {
    const startedMs = elapsedMs();
    const sweeping = setInterval(sweep, sweepMs);
    let troubles = 0;
    let turnMs = 0;
    try {
      while (!(stopping && ((lanes.size === 0 && done.length === 0) || elapsedMs() >= stopsAtMs))) {
        told = false;
        try {
          const { dueInMs } = stopping ? { dueInMs: undefined } : await queue.wake();
          turnMs = elapsedMs();
          const due = dueInMs !== undefined && dueInMs <= 0;
          const turned = await turn(due);
          pumpAll();
          await warn();
          if (troubles > 0) say.over();
          troubles = 0;
          if (bounds !== undefined && !stopping && (elapsedMs() - startedMs > bounds.forMs || (lanes.size === 0 && !due && turned === "idle"))) {
            stopping = true;
            stopsAtMs = elapsedMs() + terms.longestRequestMs;
          }
          told ||= turned === "again" || (stopping && lanes.size === 0);
          await rest(Math.min(terms.pollMs, Math.max(1, dueInMs !== undefined && dueInMs > 0 ? dueInMs : terms.pollMs), stopsAtMs - elapsedMs()));
        } catch (error) {
          if (troubles === 0) say.trouble(error);
          troubles += 1;
          if (stopping && troubles > 3) return;
          told = false;
          await rest(Math.min(longestTroubleMs, 50 * 2 ** troubles));
        }
        const restMs = turnMs + paceMs - elapsedMs();
        if (underway > 16 && restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
      }
    } finally {
      clearInterval(sweeping);
    }
  }

  return {
    run(bounds) {
      running ??= loop(bounds);
      return running;
    },
    notify: signal,
    async stop(waitMs) {
      stopping = true;
      stopsAtMs = Math.min(stopsAtMs, elapsedMs() + waitMs);
      signal();
      await running;
    },
    counts: () => counts.now({ underway, endpoints: lanes.size, waiting }),
  };
}
