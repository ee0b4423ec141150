/** `ref`, `refOneOf` and `refInText`: ids of other resources. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import { decodeId, encodeId } from "../id.ts";
import { codes, kindsOf, printable } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";

/**
 * The id of a thing of another resource, made from the columns that hold its key, in that key's order.
 * Accepts: what the other resource's key columns are. Wire: string. NULL in any column reads as null; a value listed in
 * `nullWhen` does, too. An id of another width matches nothing. A key that stands elsewhere is fetched by `lookup`.
 */
export function ref<const S extends ColumnSource, const O extends NullWhen = Record<never, never>>(
  resource: string,
  columns: S | readonly S[],
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter", string | number> {
  const sources: readonly ColumnSource[] = isList(columns) ? columns : [columns];
  const isNothing = nothing(options ?? {});
  return {
    kind: "ref",
    columns: sources,
    yields: { kind: "text" },
    accepts: sources.map(() => [...printable, "boolean"]),
    refersTo: [resource],
    read(row, at) {
      if (sources.length === 1) {
        const value = row[at];
        return isNull(value) || isNothing(value) ? null : encodeId([value]);
      }
      const values = row.slice(at, at + sources.length);
      for (const value of values) if (isNull(value) || isNothing(value)) return null;
      return encodeId(values);
    },
    inverse: {
      asText: true,
      equal(id) {
        const values = decodeId(id, sources.length);
        return values === undefined || values.some(isNothing) ? [] : [values];
      },
    },
  };
}

function isList(columns: ColumnSource | readonly ColumnSource[]): columns is readonly ColumnSource[] {
  return Array.isArray(columns);
}

/**
 * A reference whose target table depends on a type column: `refOneOf("REFTYP", { O: ref("orders", "REFNO") })`.
 * Wire: `{"type":"orders","id":"..."}`. NULL, blank and (after drift) unknown types read as null.
 */
export function refOneOf<
  const S extends ColumnSource,
  const T extends Readonly<Record<string, Conversion<string, string | null, null, "filter", string | number>>>,
>(
  type: S,
  targets: T,
): Conversion<
  ColumnOf<S> | (T[keyof T] extends Conversion<infer C, unknown, unknown, "filter", unknown> ? C : never),
  { type: string; id: string } | null,
  null,
  "read",
  string | number
> {
  const known = new Map<string, { resource: string; conversion: T[keyof T]; offset: number }>();
  const columns: ColumnSource[] = [type];
  for (const [erpType, conversion] of Object.entries(targets)) {
    known.set(erpType, { resource: conversion.refersTo?.[0] ?? "", conversion: conversion as T[keyof T], offset: columns.length }); // Object.entries forgets it
    columns.push(...conversion.columns);
  }
  return {
    kind: "refOneOf",
    columns,
    accepts: [codes, ...[...known.values()].flatMap((target) => kindsOf(target.conversion))],
    refersTo: [...known.values()].map((target) => target.resource),
    read(row, at, drift) {
      const value = row[at];
      const erpType = isNull(value) ? "" : trimEnd(String(value));
      const target = known.get(erpType);
      if (target === undefined) {
        if (erpType !== "") drift("refOneOf", [type], "a type without a resource", erpType.slice(0, 40));
        return null;
      }
      const id = target.conversion.read(row, at + target.offset, drift);
      return typeof id === "string" ? { type: target.resource, id } : null;
    },
  };
}

/**
 * A reference written inside a string, such as `sale.line,17`: the name before the separator chooses the resource.
 * Wire: `{"type":"orders","id":"17"}`. NULL, blank and (after drift) unknown names read as null.
 */
export function refInText<const S extends ColumnSource>(
  column: S,
  targets: Readonly<Record<string, string>>,
  options: { readonly separator: string },
): Conversion<ColumnOf<S>, { type: string; id: string } | null, null, "read", string> {
  const known = new Map(Object.entries(targets));
  return {
    kind: "refInText",
    columns: [column],
    accepts: [["text"]],
    refersTo: [...known.values()],
    read(row, at, drift) {
      const value = row[at];
      const written = isNull(value) ? "" : trimEnd(String(value));
      if (written === "") return null;
      const at2 = written.indexOf(options.separator);
      const resource = at2 < 0 ? undefined : known.get(written.slice(0, at2).trim());
      const key = written.slice(at2 + options.separator.length).trim();
      if (resource === undefined || key === "") {
        drift("refInText", [column], "a reference to something without a resource");
        return null;
      }
      return { type: resource, id: encodeId([key]) };
    },
  };
}
