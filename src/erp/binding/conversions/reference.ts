/** `ref`, `refOneOf` and `refInText`: ids of other resources. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import { decodeId, encodeId } from "../id.ts";
import type { ErpValue } from "../sql.ts";
import { codes, kindsOf, printable } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";
import { notNull, noValue, readsBack, suits, writable } from "./writing.ts";

/**
 * The id of a thing of another resource, made from the columns that hold its key, in that key's order.
 * Accepts: what the other resource's key columns are. Wire: string. NULL in any column reads as null; a value listed in
 * `nullWhen` does, too. An id of another width matches nothing. A key that stands elsewhere is fetched by `lookup`.
 * Writes the id's columns; null as the first of `nullWhen`, or NULL, in each of them.
 */
export function ref<const S extends ColumnSource, const O extends NullWhen = Record<never, never>>(
  resource: string,
  columns: S | readonly S[],
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter", string | number> {
  const sources: readonly ColumnSource[] = isList(columns) ? columns : [columns];
  const isNothing = nothing(options ?? {});
  const nothingIn = noValue(options ?? {});
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
    ...writable(sources, (id, infos = []) => {
      if (id === null) {
        const blanks = sources.map((_, index) => nothingIn(infos[index]));
        return blanks.some((blank, index) => blank === null && infos[index]?.nullable === false) ? notNull : blanks;
      }
      const values = typeof id === "string" ? decodeId(id, sources.length) : undefined;
      const possible = values?.every((value, index) => !isNothing(value) && suits(value, infos[index]) && readsBack(value, infos[index]));
      return values !== undefined && possible ? values : noId;
    }),
    inverse: {
      asText: true,
      equal(id) {
        const values = decodeId(id, sources.length);
        return values === undefined || values.some(isNothing) ? [] : [values];
      },
    },
  };
}

const noId = "Is no id that could be stored.";

function isList(columns: ColumnSource | readonly ColumnSource[]): columns is readonly ColumnSource[] {
  return Array.isArray(columns);
}

/**
 * A reference whose target table depends on a type column: `refOneOf("REFTYP", { O: ref("orders", "REFNO") })`.
 * Wire: `{"type":"orders","id":"..."}`. NULL, blank and (after drift) unknown types read as null.
 * Writes the type and the columns of its target; those of other targets stay as they are.
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
    ...writable(columns, (value, infos = []) => {
      const left: (ErpValue | undefined)[] = columns.map(() => undefined);
      if (value === null) {
        const blank = infos[0] === undefined || infos[0].nullable ? null : infos[0].type === "text" ? "" : undefined;
        return blank === undefined || known.has("") ? notNull : [blank, ...left.slice(1)];
      }
      const found = isTyped(value) ? [...known].find(([erpType, { resource }]) => resource === value.type && suits(erpType, infos[0])) : undefined;
      if (found === undefined || !isTyped(value)) return "Is no type of thing that could be stored here.";
      const [erpType, { conversion, offset }] = found;
      const written = conversion.write?.(value.id, infos.slice(offset, offset + conversion.columns.length)) ?? noId;
      if (typeof written === "string") return written;
      return left.map((_, index) => (index === 0 ? erpType : written[index - offset]));
    }),
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

function isTyped(value: unknown): value is { readonly type: string; readonly id: string } {
  return typeof value === "object" && value !== null && "type" in value && "id" in value && typeof value.id === "string";
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
    ...writable([column], (value, [info] = []) => {
      if (value === null) return info?.nullable === false ? [""] : [null];
      const name = isTyped(value) ? [...known].find(([written, resource]) => resource === value.type && !written.includes(options.separator)) : undefined;
      if (name === undefined || !isTyped(value)) return "Is no type of thing that could be stored here.";
      const key = decodeId(value.id, 1)?.[0];
      return key === undefined || key === "" || key.trim() !== key ? noId : [`${name[0]}${options.separator}${key}`];
    }),
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
