/** SQL as a value: text and parameters kept apart until a dialect writes the statement. */

/** A parameter's value as drivers take it. Arrays are written by the dialect (`= ANY` or `IN`). */
export type ErpValue = string | number | boolean | null | Uint8Array;

export type SqlPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "name"; readonly path: readonly string[] }
  | { readonly kind: "value"; readonly value: ErpValue }
  /** A parameter whose value is known only when a prepared statement is used. */
  | { readonly kind: "slot"; readonly index: number }
  /** A list parameter, written as the dialect writes membership of a list. */
  | { readonly kind: "member"; readonly of: Sql; readonly values: readonly ErpValue[] };

export class Sql {
  readonly parts: readonly SqlPart[];

  constructor(parts: readonly SqlPart[]) {
    this.parts = parts;
  }
}

/** Writes SQL: fragments are spliced in, every other value becomes a parameter and never text. A list stands behind `IN`: `IN ${["A", "B"]}`. */
export function sql(strings: TemplateStringsArray, ...values: readonly (Sql | ErpValue | readonly ErpValue[])[]): Sql {
  const parts: SqlPart[] = [];
  strings.forEach((text, index) => {
    if (text !== "") parts.push({ kind: "text", text });
    if (index >= values.length) return;
    const value = values[index];
    if (value instanceof Sql) parts.push(...value.parts);
    else if (isList(value)) parts.push({ kind: "text", text: "(" }, ...listed(value), { kind: "text", text: ")" });
    else parts.push({ kind: "value", value: value ?? null });
  });
  return new Sql(parts);
}

function isList(value: Sql | ErpValue | readonly ErpValue[] | undefined): value is readonly ErpValue[] {
  return Array.isArray(value);
}

/** Nothing is in an empty list: `IN (NULL)` is true of no row. */
function listed(values: readonly ErpValue[]): readonly SqlPart[] {
  const all = values.length === 0 ? [null] : values;
  return all.flatMap((value, index): readonly SqlPart[] => [...(index > 0 ? [{ kind: "text", text: ", " } as const] : []), { kind: "value", value }]);
}

/** Text written as it stands. Only for the engine's own words; never for anything a caller sent. */
export function raw(text: string): Sql {
  return new Sql([{ kind: "text", text }]);
}

/** A quoted identifier, such as `t."ORDNO"`. */
export function name(...path: readonly string[]): Sql {
  return new Sql([{ kind: "name", path }]);
}

/** The parameter that `prepare` fills with the value, or the list, at `index`. */
export function slot(index: number): Sql {
  return new Sql([{ kind: "slot", index }]);
}

/** `of` equals one of `values`. */
export function member(of: Sql, values: readonly ErpValue[]): Sql {
  return new Sql([{ kind: "member", of, values }]);
}

export function join(fragments: readonly Sql[], separator: string): Sql {
  const parts: SqlPart[] = [];
  fragments.forEach((fragment, index) => {
    if (index > 0) parts.push({ kind: "text", text: separator });
    parts.push(...fragment.parts);
  });
  return new Sql(parts);
}

export const never = raw("FALSE");
