/** What this process has admitted and Redis does not know, because it was gone then or has forgotten: brought along when it is back. */

import { type BoundedTable, boundedTable } from "./bounded-table.ts";
import { advance, charge, emptyWindow, giveBack, slotsPerWindow, type Window, type WindowTerms } from "./sliding-window.ts";

/** One policy of a caller as Redis counts it. */
export interface CountedList {
  readonly key: string;
  readonly terms: WindowTerms;
}

/** What a request tells Redis of one list. */
export interface Brought {
  readonly own: number;
  readonly uncounted: number;
  /** Empty: none is known. */
  readonly generation: string;
}

export interface Bringing {
  readonly brought: readonly Brought[];
  /** The generations that Redis answered with. */
  arrived(generations: readonly string[]): void;
  /** It is certain that nothing arrived. */
  failed(): void;
}

export interface Ledger {
  /** `own`: all that this process has admitted of each list. */
  bring(caller: string, lists: readonly CountedList[], own: readonly number[], nowUs: number): Bringing;
  /** Something was admitted without Redis. */
  admittedAlone(caller: string, lists: readonly CountedList[], cost: number, nowUs: number): ChargeAlone;
}

/** Each takes effect once. */
export interface ChargeAlone {
  /** Redis does not know of it. */
  note(): void;
  /** It is charged no longer. */
  takeBack(): void;
}

interface Page {
  /** By list. */
  readonly generations: Map<string, string>;
  uncounted: Map<string, Window>;
  /** Until then a request is underway that brings something: one at a time, or it would be counted twice. */
  bringingUntilUs: number;
  usedUntilUs: number;
}

/** A request that has not said how it went by then never will: some runtimes end requests without a word. */
const longestUs = 60_000_000;
const nothing: Brought = { own: 0, uncounted: 0, generation: "" };

export function ledger(capacity: number): Ledger {
  const pages: BoundedTable<Page> = boundedTable({
    capacity,
    make: () => ({ generations: new Map(), uncounted: new Map(), bringingUntilUs: 0, usedUntilUs: 0 }),
    isIdle: ({ usedUntilUs }, nowUs) => usedUntilUs <= nowUs,
  });

  function pageOf(caller: string, lists: readonly CountedList[], nowUs: number): Page {
    const page = pages.at(caller, nowUs);
    // Longer than Redis keeps a list.
    for (const { terms } of lists) page.usedUntilUs = Math.max(page.usedUntilUs, nowUs + terms.slotUs * slotsPerWindow * 3);
    return page;
  }

  return {
    bring(caller, lists, own, nowUs) {
      const page = pageOf(caller, lists, nowUs);
      if (nowUs < page.bringingUntilUs) return { brought: lists.map(() => nothing), arrived: () => undefined, failed: () => undefined };
      page.bringingUntilUs = nowUs + longestUs;
      const taken = page.uncounted;
      page.uncounted = new Map();
      return {
        brought: lists.map(({ key, terms }, at) => {
          const window = taken.get(key);
          if (window !== undefined) advance(window, terms, nowUs);
          return { own: own[at] ?? 0, uncounted: window?.total ?? 0, generation: page.generations.get(key) ?? "" };
        }),
        arrived(generations) {
          page.bringingUntilUs = 0;
          for (const [at, { key }] of lists.entries()) if (generations[at]) page.generations.set(key, generations[at]);
        },
        failed() {
          page.bringingUntilUs = 0;
          const since = page.uncounted;
          page.uncounted = taken;
          for (const list of lists) for (const { units, atUs } of slotsOf(since, list)) add(page, list, units, atUs);
        },
      };
    },
    admittedAlone(caller, lists, cost, nowUs) {
      const page = pageOf(caller, lists, nowUs);
      let state: "known" | "unknown" | "over" = "known";
      return {
        note() {
          if (state !== "known") return;
          state = "unknown";
          for (const list of lists) add(page, list, cost, nowUs);
        },
        takeBack() {
          if (state === "unknown") for (const list of lists) takeBack(page, list, cost, nowUs);
          state = "over";
        },
      };
    },
  };
}

function slotsOf(windows: ReadonlyMap<string, Window>, { key, terms }: CountedList) {
  const window = windows.get(key);
  return (window?.slots ?? []).map((slot, at) => ({ units: window?.units[at] ?? 0, atUs: slot * terms.slotUs }));
}

function takeBack(page: Page, { key, terms }: CountedList, cost: number, atUs: number): void {
  const window = page.uncounted.get(key);
  if (window !== undefined) giveBack(window, terms, cost, atUs);
}

function add(page: Page, { key, terms }: CountedList, cost: number, atUs: number): void {
  const window = page.uncounted.get(key) ?? emptyWindow();
  page.uncounted.set(key, window);
  advance(window, terms, atUs);
  charge(window, terms, cost, atUs);
}
