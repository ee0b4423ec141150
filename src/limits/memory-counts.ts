/** What this process has admitted, exactly, in bounded memory: the truth where it is alone, and what it goes by where it has to. */

import type { Counted, RatePolicy } from "#pipeline/limits.ts";
import { type BoundedTable, boundedTable } from "./bounded-table.ts";
import { inflightName, inflightWaitUs, policiesOf, type RatesAnswer, secondsOf, standing } from "./rates.ts";
import {
  advance,
  charge,
  emptyWindow,
  giveBack,
  resetUs,
  slotsPerWindow,
  unitsOfNewest,
  type Window,
  type WindowTerms,
  waitUs,
  windowTerms,
} from "./sliding-window.ts";

export interface MemoryCounts {
  /**
   * Admits or refuses by the count of this process alone, which may take one part in `processes` of each quota. `place`: how
   * to give up the place among those underway, for a request that has one.
   */
  take(caller: Counted, cost: number, clock: Clock, processes: number, place?: () => void): RatesAnswer;
  /** Notes what was admitted by the count of all processes. */
  note(caller: Counted, cost: number, nowUs: number): Noted;
  /** What this process has admitted of each policy, in the order of `policiesOf`; what is about to be forgotten is left out. */
  admitted(caller: Counted, nowUs: number): readonly number[];
  /** Callers something is kept of. */
  readonly size: number;
}

export interface Clock {
  /** On a clock that never goes back. */
  readonly nowUs: number;
  /** Since 1970. */
  readonly nowMs: number;
}

export interface Noted {
  giveBack(): void;
  release(): void;
}

interface Held {
  readonly windows: Map<string, Window>;
  /** Since when each request is underway; oldest first. */
  readonly underway: Set<{ readonly sinceUs: number }>;
  /** From then on there is nothing in its windows. */
  emptyAtUs: number;
}

interface HeldOfCaller {
  readonly partner: Held;
  readonly key: Held;
}

/** A policy with its window and what may be taken of it here. */
interface Counting {
  readonly policy: RatePolicy;
  readonly window: Window;
  readonly terms: WindowTerms;
}

/** Slots of a window that are told of: those about to end might have ended elsewhere. */
const toldSlots = slotsPerWindow - 3;

export interface MemoryCountsOptions {
  /** Of partners and of keys together. */
  readonly capacity: number;
  /** Requests are over after this at the latest, said or not; without it, when they say so. */
  readonly longestRequestMs?: number | undefined;
}

export function memoryCounts({ capacity, longestRequestMs = Number.POSITIVE_INFINITY }: MemoryCountsOptions): MemoryCounts {
  const table: BoundedTable<Held> = boundedTable({
    capacity,
    make: () => ({ windows: new Map(), underway: new Set(), emptyAtUs: 0 }),
    isIdle: ({ underway, emptyAtUs }, nowUs) => underway.size === 0 && emptyAtUs <= nowUs,
  });

  /** Each is looked up once a request: moving them to the end of the table is most of what a request costs here. */
  function heldOf(caller: Counted, nowUs: number): HeldOfCaller {
    const partner = table.at(`${caller.partner} ${caller.environment}`, nowUs);
    // Else the next new entry might push it out before anything stands in it.
    partner.emptyAtUs = Math.max(partner.emptyAtUs, nowUs + 1);
    return { partner, key: caller.limits.key.length === 0 ? partner : table.at(`key ${caller.keyId}`, nowUs) };
  }

  function countings(caller: Counted, held: HeldOfCaller, nowUs: number, processes: number): readonly Counting[] {
    return policiesOf(caller).map(({ of, policy }) => {
      const terms = windowTerms({ quota: Math.max(1, Math.floor(policy.quota / processes)), windowSeconds: policy.windowSeconds });
      const own = held[of];
      const name = `${policy.name}/${policy.windowSeconds}`;
      const window = own.windows.get(name) ?? emptyWindow();
      own.windows.set(name, window);
      own.emptyAtUs = Math.max(own.emptyAtUs, nowUs + terms.slotUs * (slotsPerWindow + 1));
      advance(window, terms, nowUs);
      return { policy, window, terms };
    });
  }

  function chargeAll(counted: readonly Counting[], cost: number, nowUs: number): void {
    for (const { window, terms } of counted) charge(window, terms, cost, nowUs);
  }

  function enter({ partner: { underway } }: HeldOfCaller, nowUs: number): () => void {
    const place = { sinceUs: nowUs };
    underway.add(place);
    return () => void underway.delete(place);
  }

  function countUnderway({ partner: { underway } }: HeldOfCaller, nowUs: number): number {
    for (const place of underway) {
      if (nowUs - place.sinceUs < longestRequestMs * 1_000) break;
      underway.delete(place);
    }
    return underway.size;
  }

  function admit(caller: Counted, cost: number, clock: Clock, processes: number, place: () => void, counted: readonly Counting[]): RatesAnswer {
    const { nowUs } = clock;
    const takeBack = (): void => {
      for (const { window, terms } of counted) giveBack(window, terms, cost, nowUs);
    };
    return {
      kind: "admitted",
      standings: counted.map(({ policy, window, terms }) => standing(policy, terms.quota - window.total, secondsOf(resetUs(window, terms, nowUs)))),
      nowMs: clock.nowMs,
      shared: false,
      raise(whole) {
        takeBack();
        return decide(caller, whole, clock, processes, place);
      },
      giveBack: takeBack,
      release: place,
    };
  }

  function decide(caller: Counted, cost: number, clock: Clock, processes: number, place?: () => void): RatesAnswer {
    const { nowUs } = clock;
    const held = heldOf(caller, nowUs);
    const counted = countings(caller, held, nowUs, processes);
    const waits = counted.map(({ policy, window, terms }) => ({ name: policy.name, us: waitUs(window, terms, cost, nowUs) })).filter(({ us }) => us > 0);
    const { inflight } = caller.limits;
    const most = inflight === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(inflight / processes));
    if (place === undefined && countUnderway(held, nowUs) >= most) waits.push({ name: inflightName, us: inflightWaitUs });
    if (waits.length > 0)
      return {
        kind: "refused",
        standings: counted.map(({ policy, window, terms }) => standing(policy, terms.quota - window.total, secondsOf(resetUs(window, terms, nowUs)))),
        violated: waits.map(({ name }) => name),
        waitUs: Math.max(...waits.map(({ us }) => us)),
      };
    chargeAll(counted, cost, nowUs);
    return admit(caller, cost, clock, processes, place ?? enter(held, nowUs), counted);
  }

  return {
    take: decide,
    note(caller, cost, nowUs) {
      const held = heldOf(caller, nowUs);
      const counted = countings(caller, held, nowUs, 1);
      chargeAll(counted, cost, nowUs);
      return {
        giveBack: () => {
          for (const { window, terms } of counted) giveBack(window, terms, cost, nowUs);
        },
        release: enter(held, nowUs),
      };
    },
    admitted: (caller, nowUs) => countings(caller, heldOf(caller, nowUs), nowUs, 1).map(({ window, terms }) => unitsOfNewest(window, terms, toldSlots, nowUs)),
    get size() {
      return table.size;
    },
  };
}
