/** Counts units over a window that slides, in a hundred slots: never more than the quota in any window, and nearly all of it. */

/*
 * Nearly: a caller that takes all there is has 100/101 of it. Whole microseconds throughout, so that nothing drifts.
 *
 * A unit charged at `a` in slot floor(a / s), with 100 s = w, counts until 101 slots later. At any moment t up to a + w the slot
 * is at most floor(a / s) + 100: the unit still counts. So whenever something is admitted, all that was admitted in the window
 * before is in the sum, and the sum is at most the quota. It stops counting at (floor(a / s) + 101) s, at most w + s after it
 * was charged: whoever waits for that takes the quota every w + s.
 */

/** Slots in a window. The script in `redis-script.ts` counts in as many. */
export const slotsPerWindow = 100;

/** Units by slot, oldest first; slots without any are left out. */
export interface Window {
  slots: number[];
  units: number[];
  total: number;
}

export interface WindowTerms {
  readonly quota: number;
  /** A hundredth of the window, in microseconds. */
  readonly slotUs: number;
}

export function emptyWindow(): Window {
  return { slots: [], units: [], total: 0 };
}

export function windowTerms({ quota, windowSeconds }: { readonly quota: number; readonly windowSeconds: number }): WindowTerms {
  return { quota, slotUs: windowSeconds * (1_000_000 / slotsPerWindow) };
}

/** What of a cost a policy takes: all it has, at most. */
function boundedCost({ quota }: WindowTerms, cost: number): number {
  return Math.min(cost, quota);
}

/** Forgets what counts no more. Times never go back between calls. */
export function advance(window: Window, { slotUs }: WindowTerms, nowUs: number): void {
  const oldest = Math.floor(nowUs / slotUs) - slotsPerWindow;
  let gone = 0;
  for (const slot of window.slots) {
    if (slot >= oldest) break;
    window.total -= window.units[gone] ?? 0;
    gone += 1;
  }
  if (gone === 0) return;
  window.slots.splice(0, gone);
  window.units.splice(0, gone);
}

/** Microseconds until `cost` fits, if nothing else is charged; 0: it fits. After `advance`. */
export function waitUs(window: Window, terms: WindowTerms, cost: number, nowUs: number): number {
  let over = window.total + boundedCost(terms, cost) - terms.quota;
  if (over <= 0) return 0;
  for (const [at, slot] of window.slots.entries()) {
    over -= window.units[at] ?? 0;
    if (over <= 0) return endOf(slot, terms) - nowUs;
  }
  throw new Error("a window holds less than its total");
}

/** Microseconds in which no more than what is left may be used. After `advance`. */
export function resetUs(window: Window, terms: WindowTerms, nowUs: number): number {
  const oldest = window.slots[0];
  return oldest === undefined ? terms.slotUs * slotsPerWindow : endOf(oldest, terms) - nowUs;
}

/** After `advance`. Whether it fits is for the caller to know. */
export function charge(window: Window, terms: WindowTerms, cost: number, nowUs: number): void {
  const slot = Math.floor(nowUs / terms.slotUs);
  const units = boundedCost(terms, cost);
  const newest = window.slots.length - 1;
  if (window.slots[newest] === slot) window.units[newest] = (window.units[newest] ?? 0) + units;
  else {
    window.slots.push(slot);
    window.units.push(units);
  }
  window.total += units;
}

/** Takes back what was charged at `atUs`, as far as it still counts. */
export function giveBack(window: Window, terms: WindowTerms, cost: number, atUs: number): void {
  const at = window.slots.lastIndexOf(Math.floor(atUs / terms.slotUs));
  if (at < 0) return;
  const units = Math.min(boundedCost(terms, cost), window.units[at] ?? 0);
  window.units[at] = (window.units[at] ?? 0) - units;
  window.total -= units;
  if (window.units[at] > 0) return;
  window.slots.splice(at, 1);
  window.units.splice(at, 1);
}

/** Units that still count of those charged in the newest `slots` slots. */
export function unitsOfNewest(window: Window, { slotUs }: WindowTerms, slots: number, nowUs: number): number {
  const from = Math.floor(nowUs / slotUs) - slots;
  let units = 0;
  for (let at = window.slots.length - 1; at >= 0 && (window.slots[at] ?? 0) >= from; at -= 1) units += window.units[at] ?? 0;
  return units;
}

/** When units of a slot stop counting. */
function endOf(slot: number, { slotUs }: WindowTerms): number {
  return (slot + slotsPerWindow + 1) * slotUs;
}
