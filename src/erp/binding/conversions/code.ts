/** `code`: the ERP's codes as words of the public API. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import type { Expression } from "../expression.ts";
import { codes as codeKinds } from "./column-kinds.ts";
import { notNull, notStorable, readsBack, suits, writable } from "./writing.ts";

/** A conversion that must know every code its column can hold. */
export interface CodeConversion<S extends ColumnSource, Codes extends string, Out, Null> extends Conversion<ColumnOf<S>, Out, Null, "filter", string | number> {
  readonly codes?: { readonly known: Codes; readonly source: S extends Expression<string, infer V> ? V : never };
}

/**
 * A closed set of ERP codes as public words; several codes may share one word.
 * Accepts: CHAR, VARCHAR (compared without trailing spaces; blank is the code `""`), numbers, BOOLEAN. Wire: string enum.
 * NULL reads as `nullAs`, or null without it. A code that is not in the table is drift: never a crash, never shown.
 * Writes every word, as the first of its codes that the column's type takes.
 */
export function code<const S extends ColumnSource, const Codes extends Readonly<Record<string, string>>, const N extends string | null = null>(
  column: S,
  codes: Codes,
  options: { readonly nullAs?: N } = {},
): CodeConversion<S, keyof Codes & string, Codes[keyof Codes], N> {
  const words = new Map(Object.entries(codes));
  const nullAs = options.nullAs ?? null;
  const codesOf = new Map<string | null, (string | null)[]>();
  for (const [erpCode, word] of words) if (trimEnd(erpCode) === erpCode) codesOf.set(word, [...(codesOf.get(word) ?? []), erpCode]);
  codesOf.set(nullAs, [...(codesOf.get(nullAs) ?? []), null]);
  return {
    kind: "code",
    columns: [column],
    accepts: [codeKinds],
    yields: { kind: "choice", values: [...words.values(), ...(nullAs === null ? [] : [nullAs])] },
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value)) return nullAs;
      const erpCode = typeof value === "string" ? trimEnd(value) : String(value);
      const word = words.get(erpCode);
      if (word === undefined) drift("code", [column], "a code without a public value", erpCode.slice(0, 40));
      return word;
    },
    ...writable([column], (word, [info] = []) => {
      const known = typeof word === "string" || word === null ? codesOf.get(word) : undefined;
      const erpCode = known?.find((candidate) => suits(candidate, info) && (candidate === null || readsBack(candidate, info)));
      if (erpCode === undefined) return word === null ? notNull : notStorable;
      return [erpCode];
    }),
    inverse: {
      equal: (word) => [...[...words].filter(([, known]) => known === word).map(([erpCode]) => [erpCode]), ...(nullAs === word ? [[null]] : [])],
    },
  };
}
