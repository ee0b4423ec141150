/** Which events a change of a thing makes, by the rules of its contract. */

import type { Captured, Item } from "./captured.ts";
import type { EventRule } from "./event.ts";

/** Types of events in the order in which the contract declares them, each once. */
export function eventsOf(rules: Readonly<Record<string, EventRule>>, captured: Pick<Captured, "operation" | "after" | "changed">): readonly string[] {
  return Object.entries(rules).flatMap(([type, rule]) => (applies(rule, captured) ? [type] : []));
}

function applies(rule: EventRule, { operation, after, changed }: Pick<Captured, "operation" | "after" | "changed">): boolean {
  if (rule.kind !== "changed") return rule.kind === operation;
  if (operation !== "changed" || !changed.has(rule.field)) return false;
  return !("to" in rule) || (after !== undefined && valueAt(after, rule.field) === rule.to);
}

/** `total.amount` of `{ total: { amount } }`; undefined where something on the way is not there. */
export function valueAt(item: Item, path: string): unknown {
  let value: unknown = item;
  for (const member of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, member);
  }
  return value;
}
