/** Options that conversions share, and what they do to a conversion's type. */

import type { ErpValue } from "../sql.ts";

export interface NullWhen {
  /** Raw column values, trimmed, that mean "nothing": a zero date, a blank. They read as null, and NULL always does. */
  readonly nullWhen?: readonly ErpValue[];
}

/** `null` when the options say that some values read as null. */
export type NullIf<O> = O extends { readonly nullWhen: readonly unknown[] } ? null : never;

export function nullSet(options: NullWhen): ReadonlySet<unknown> {
  return new Set(options.nullWhen ?? []);
}
