/** What an example of a thing looks like in an event about it. */

import type { EventKind } from "./event-kinds.ts";

export function exampleStates({ rule }: EventKind, example: Readonly<Record<string, unknown>>) {
  if (rule?.kind === "deleted") return { data: null, previous: null };
  if (rule?.kind !== "changed") return { data: example, previous: null };
  const [field = ""] = rule.field.split(".");
  // What it became is what the rule says; what it was is what the example says.
  const data = "to" in rule && !rule.field.includes(".") ? { ...example, [field]: rule.to } : example;
  return { data, previous: field in example && data !== example ? { [field]: example[field] } : null };
}
