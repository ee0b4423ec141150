/** Rates and requests underway, counted in Redis for all processes; by this process alone, at its part of them, while Redis is gone. */

import type { Counted } from "#pipeline/limits.ts";
import { type Circuit, circuit } from "./circuit.ts";
import { type Leases, leaseMs, leases } from "./leases.ts";
import { type CountedList, type Ledger, ledger } from "./ledger.ts";
import { type LiveProcesses, liveProcesses } from "./live-processes.ts";
import { type Clock, type MemoryCounts, memoryCounts } from "./memory-counts.ts";
import { defaultCapacity } from "./memory-rates.ts";
import { inflightName, inflightWaitUs, policiesOf, type Rates, type RatesAnswer, secondsOf, standing } from "./rates.ts";
import type { LimitCommands } from "./redis-commands.ts";
import { windowTerms } from "./sliding-window.ts";
import { parseTaken, type Taken } from "./taken.ts";

export interface RedisRatesOptions {
  /** Unique among the processes that share the Redis. */
  readonly processId: string;
  /** Milliseconds on a clock that never goes back. */
  readonly elapsedMs: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What a request waits for Redis at most. */
  readonly deadlineMs: number;
  readonly capacity?: number;
  /** As in `MemoryCountsOptions`. */
  readonly longestRequestMs?: number | undefined;
  /** Told when the count is no longer shared, and when it is again; once each. */
  readonly onChange: (shared: boolean, reason: string, processes: number) => void;
}

export interface RedisRates {
  /** `commands`: over a connection that may be that of one request alone. */
  over(commands: LimitCommands): Rates;
  /** One bounded round: says that this process lives, prolongs what takes long, finds out whether Redis is back. Never rejects. */
  tend(commands: LimitCommands): Promise<void>;
  /** This process ends: the others may take its part. Never rejects. */
  leave(commands: LimitCommands): Promise<void>;
  readonly isShared: () => boolean;
  /** Processes that were heard of last. */
  readonly processes: () => number;
  /** For what else is counted in the same Redis. */
  readonly attempt: Circuit["attempt"];
}

interface Parts {
  readonly options: RedisRatesOptions;
  readonly counts: MemoryCounts;
  readonly unknown: Ledger;
  readonly held: Leases;
  readonly way: Circuit;
  readonly live: LiveProcesses;
}

export function redisRates(options: RedisRatesOptions): RedisRates {
  const { elapsedMs, capacity = defaultCapacity } = options;
  const live = liveProcesses(elapsedMs);
  const held = leases(options.processId, elapsedMs);
  const way = circuit({ elapsedMs, deadlineMs: options.deadlineMs, onChange: (closed, reason) => options.onChange(closed, reason, live.count()) });
  const parts: Parts = { options, counts: memoryCounts({ capacity, longestRequestMs: options.longestRequestMs }), unknown: ledger(capacity), held, way, live };
  return {
    over: (commands) => ratesOver(parts, commands),
    async tend(commands) {
      const heard = await way.probe(() => commands.beat(options.processId));
      if (heard.kind !== "answered") return;
      live.heard(heard.value);
      await held.renew(commands).catch(() => undefined);
    },
    leave: (commands) => commands.leave(options.processId).catch(() => undefined),
    isShared: () => way.isClosed,
    processes: live.count,
    attempt: way.attempt,
  };
}

/** Decided by this process alone. */
interface Alone {
  readonly answer: RatesAnswer;
  /** To be called when it is certain that Redis has not counted it; undefined for a refusal. */
  readonly unknown: (() => void) | undefined;
}

function ratesOver({ options, counts, unknown, held, way, live }: Parts, commands: LimitCommands): Rates {
  /** What is charged before is taken back first, in the same round trip; then the request keeps its lease. */
  async function ask(
    caller: Counted,
    cost: number,
    before: { readonly cost: number; readonly atUs: number; readonly release: () => void } | undefined,
  ): Promise<RatesAnswer> {
    const clock: Clock = { nowUs: Math.floor(options.elapsedMs() * 1_000), nowMs: options.now() };
    const lists = listsOf(caller);
    const tag = tagOf(caller);
    const inflightKey = `${tag}:inflight`;
    const keys = [inflightKey, ...lists.map(({ key }) => key)];
    const lease = before === undefined && caller.limits.inflight !== undefined ? held.next() : "";
    const bringing = unknown.bring(tag, lists, counts.admitted(caller, clock.nowUs), clock.nowUs);
    const values = [
      ...["", lease, leaseMs, caller.limits.inflight ?? 0, cost, before?.cost ?? 0, before?.atUs ?? 0],
      ...lists.flatMap(({ terms }, at) => {
        const { own = 0, uncounted = 0, generation = "" } = bringing.brought[at] ?? {};
        return [terms.quota, terms.slotUs, own, uncounted, generation];
      }),
    ];
    let here: Alone | undefined;
    const asked = await way.attempt(async () => parseTaken(await commands.take(keys, values), lists.length), {
      late(done) {
        bringing.arrived(done.policies.map(({ generation }) => generation));
        if (done.admitted && lease !== "") held.end(commands, inflightKey, lease);
        // It was decided here meanwhile: where the two differ, Redis is told, or will be.
        if (done.admitted && here?.unknown === undefined) commands.take(keys, givingBack(lists, cost, done.nowUs)).catch(() => undefined);
        if (!done.admitted) here?.unknown?.();
      },
      lost() {
        bringing.failed();
        here?.unknown?.();
      },
    });
    if (asked.kind !== "answered") {
      if (asked.kind === "failed") bringing.failed();
      here = alone(caller, cost, clock, lists, tag, before?.release);
      if (asked.kind === "failed") here.unknown?.();
      return here.answer;
    }
    const answer = asked.value;
    bringing.arrived(answer.policies.map(({ generation }) => generation));
    if (!answer.admitted) return refused(caller, answer);
    const noted = counts.note(caller, cost, clock.nowUs);
    if (lease !== "") held.hold(inflightKey, lease);
    const release =
      before?.release ??
      releaseOnce(() => {
        noted.release();
        if (lease !== "") held.end(commands, inflightKey, lease);
      });
    if (before !== undefined) noted.release();
    return {
      kind: "admitted",
      standings: standingsOf(caller, answer),
      nowMs: answer.nowUs / 1_000,
      shared: true,
      raise(whole) {
        noted.giveBack();
        return ask(caller, whole, { cost, atUs: answer.nowUs, release });
      },
      giveBack() {
        noted.giveBack();
        void way.attempt(() => commands.take(keys, givingBack(lists, cost, answer.nowUs)));
      },
      release,
    };
  }

  function alone(caller: Counted, cost: number, clock: Clock, lists: readonly CountedList[], tag: string, place: (() => void) | undefined): Alone {
    return decided(counts.take(caller, cost, clock, live.count(), place), cost);

    function decided(answer: RatesAnswer, charged: number): Alone {
      if (answer.kind === "refused") return { answer, unknown: undefined };
      const charge = unknown.admittedAlone(tag, lists, charged, clock.nowUs);
      return {
        unknown: charge.note,
        answer: {
          ...answer,
          async raise(whole) {
            charge.takeBack();
            const raised = decided(await answer.raise(whole), whole);
            raised.unknown?.();
            return raised.answer;
          },
          giveBack() {
            charge.takeBack();
            answer.giveBack();
          },
        },
      };
    }
  }

  return { take: (caller, cost) => ask(caller, cost, undefined) };
}

/** One that costs nothing, and takes back. */
function givingBack(lists: readonly CountedList[], cost: number, atUs: number): readonly (string | number)[] {
  return ["", "", leaseMs, 0, 0, cost, atUs, ...lists.flatMap(({ terms }) => [terms.quota, terms.slotUs, 0, 0, ""])];
}

function refused(caller: Counted, answer: Taken): RatesAnswer {
  const violated = policiesOf(caller).filter((_, at) => (answer.policies[at]?.waitUs ?? 0) > 0);
  return {
    kind: "refused",
    standings: standingsOf(caller, answer),
    violated: [...violated.map(({ policy }) => policy.name), ...(answer.crowded ? [inflightName] : [])],
    waitUs: Math.max(answer.crowded ? inflightWaitUs : 0, ...answer.policies.map(({ waitUs }) => waitUs)),
  };
}

function standingsOf(caller: Counted, answer: Taken) {
  return policiesOf(caller).map(({ policy }, at) => {
    const { sum = 0, resetUs = 0 } = answer.policies[at] ?? {};
    return standing(policy, policy.quota - sum, secondsOf(resetUs));
  });
}

/** All keys of a partner are in one slot of a cluster. */
function tagOf({ partner, environment }: Counted): string {
  return `sluice:{${partner}:${environment}}`;
}

function listsOf(caller: Counted): readonly CountedList[] {
  const tag = tagOf(caller);
  return policiesOf(caller).map(({ of, policy }) => ({
    key: `${tag}:${of === "partner" ? "" : `${caller.keyId}:`}${policy.name}:${policy.windowSeconds}`,
    terms: windowTerms(policy),
  }));
}

function releaseOnce(release: () => void): () => void {
  let over = false;
  return () => {
    if (over) return;
    over = true;
    release();
  };
}
