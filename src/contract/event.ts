/** Event rules: which facts about a resource partners are told, and when. */

import type { FieldPath, Model, ValueAt } from "./model.ts";

export type EventRule =
  | { readonly kind: "created" }
  | { readonly kind: "deleted" }
  | { readonly kind: "changed"; readonly field: string; readonly to?: unknown };

/** Builds the event rules of one model; handed to the contract's `events` function. */
export interface EventRules<M extends Model> {
  created(): EventRule;
  deleted(): EventRule;
  /** When `field` changes; with `to`, only when it becomes that value. */
  changed<P extends FieldPath<M>>(field: P, when?: { readonly to: ValueAt<M, P> }): EventRule;
}

export function eventRules<M extends Model>(): EventRules<M> {
  return {
    created: () => ({ kind: "created" }),
    deleted: () => ({ kind: "deleted" }),
    changed: (field, when) => ({ kind: "changed", field, ...when }),
  };
}
