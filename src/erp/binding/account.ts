/** How rows belong to partners: the account columns that every statement is narrowed by. */

import type { ErpValue } from "./sql.ts";

export type AccountRule<C extends string = string> =
  | C
  | { readonly kind: "any-of"; readonly rules: readonly AccountRule<C>[] }
  | { readonly kind: "group"; readonly column: C; readonly group: string }
  | { readonly kind: "shared-or-own"; readonly column: C; readonly shared: readonly ErpValue[] }
  | { readonly kind: "shared"; readonly why: string };

/** A row belongs to the partner when any of several columns does: sold-to or ship-to. */
export function anyOf<const C extends string>(...rules: readonly AccountRule<C>[]): AccountRule<C> {
  return { kind: "any-of", rules };
}

/**
 * The column holds a group of accounts (a buying association, a parent company), not an account. It matches partners'
 * accounts written `<group>:<value>`, so that a group can never be taken for an account of the same number.
 */
export function byGroup<const C extends string>(column: C, group: string): AccountRule<C> {
  return { kind: "group", column, group };
}

/** Rows with one of the `shared` values are everyone's, the others belong to the account in the column: prices. */
export function sharedOrOwn<const C extends string>(column: C, shared: readonly ErpValue[]): AccountRule<C> {
  return { kind: "shared-or-own", column, shared };
}

/** Every partner with the scope may read every row. `why` is shown to whoever reviews the binding. */
export function sharedWithEveryPartner(why: string): AccountRule<never> {
  return { kind: "shared", why };
}
