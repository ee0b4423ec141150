/** Options that conversions share, and what they do to a conversion's type. */

import { trimEnd } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";

export interface NullWhen {
  /** Raw column values, trimmed, that mean "nothing": a zero date, a blank. They read as null, and NULL always does. */
  readonly nullWhen?: readonly ErpValue[];
}

export interface DecimalOptions extends NullWhen {
  /** Implied decimals of an integer column: with 3, the stored 1500 is `1.500`. Negative for fractions: with -2, 0.025 is `2.5`. */
  readonly scale?: number;
  /** Decimals to write for NUMERIC and floating point columns, rounded half away from zero. */
  readonly places?: number;
}

/** `null` when the options say that some values read as null. */
export type NullIf<O> = O extends { readonly nullWhen: readonly unknown[] } ? null : never;

/** Whether a raw value is one of `nullWhen`. Numbers are compared as numbers: drivers write 0 of a NUMERIC(8,2) as `0.00`. */
export function nothing({ nullWhen = [] }: NullWhen): (value: unknown) => boolean {
  if (nullWhen.length === 0) return () => false;
  const texts = new Set(nullWhen.map((blank) => (typeof blank === "string" ? trimEnd(blank) : String(blank))));
  const numbers = new Set(nullWhen.filter((blank) => typeof blank === "number"));
  const asNumbers = new Set([...numbers, ...[...texts].filter((text) => canonical.test(text)).map(Number)]);
  return (value) => {
    if (typeof value === "number") return asNumbers.has(value);
    const text = typeof value === "string" ? trimEnd(value) : String(value);
    return texts.has(text) || (numbers.size > 0 && canonical.test(text) && numbers.has(Number(text)));
  };
}

const canonical = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
