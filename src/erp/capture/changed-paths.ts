/** Which fields of a thing differ between two of its states, as rules of events name them. */

import { isDeepStrictEqual } from "node:util";
import type { Item } from "#contract/captured.ts";

/** `status`; of an object that differs, itself and those of its members that do: `total`, `total.amount`. Lists count as a whole. */
export function changedPaths(before: Item, after: Item, fields: readonly string[]): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const field of fields) {
    const [was, is] = [before[field] ?? null, after[field] ?? null];
    if (isDeepStrictEqual(was, is)) continue;
    changed.add(field);
    if (!isGroup(was) && !isGroup(is)) continue;
    const [wasMembers, isMembers] = [membersOf(was), membersOf(is)];
    for (const member of new Set([...Object.keys(wasMembers), ...Object.keys(isMembers)]))
      if (!isDeepStrictEqual(wasMembers[member] ?? null, isMembers[member] ?? null)) changed.add(`${field}.${member}`);
  }
  return changed;
}

function isGroup(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function membersOf(value: unknown): Item {
  return isGroup(value) ? value : {};
}
