/** Turns the percentages of a pool into connections. */

import { type WorkKind, workKinds } from "./settings.ts";

/**
 * Connections kept for each kind of work. A kind that this gateway does not do keeps none. Rounded down, but a kind with
 * any share keeps one. A pool that is too small for that keeps nothing for anybody. Together never more than the pool.
 */
export function guaranteed(poolSize: number, shares: Readonly<Record<WorkKind, number>>, done: readonly WorkKind[]): Readonly<Record<WorkKind, number>> {
  const kept = { read: 0, write: 0, capture: 0, background: 0 };
  const claiming = workKinds.filter((kind) => done.includes(kind) && shares[kind] > 0);
  if (poolSize < claiming.length) return kept;
  let left = poolSize;
  const give = (kind: WorkKind, wanted: number): void => {
    const given = Math.min(wanted, left);
    kept[kind] += given;
    left -= given;
  };
  for (const kind of claiming) give(kind, 1);
  for (const kind of claiming) give(kind, Math.max(0, Math.floor((poolSize * shares[kind]) / 100) - kept[kind]));
  return kept;
}
