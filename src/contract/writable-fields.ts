/** Which fields of an existing thing its commands may change. */

import type { Contract } from "./contract.ts";

/** Members of the model that an update, or another command on one thing, takes; in the model's order. */
export function writableFields(contract: Contract): readonly string[] {
  const taken = new Set<string>();
  for (const { on, as, input } of Object.values(contract.commands)) {
    if (on !== "one" || as === "delete" || input === undefined) continue;
    for (const member of Object.keys(input.shape)) taken.add(member);
  }
  return Object.keys(contract.model.shape).filter((field) => field !== "id" && taken.has(field));
}

/** Whether callers may change an existing thing field by field. */
export function isUpdatable(contract: Contract): boolean {
  return Object.values(contract.commands).some(({ as }) => as === "update");
}
