/** `constant`, `computed`, `custom` and `bits`: fields that no other conversion covers. */

import type { Capability, ColumnOf, ColumnSource, Conversion, Inverse, Write } from "../conversion.ts";
import { isNull } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { bitFields } from "./column-kinds.ts";
import { writable } from "./writing.ts";

/** A value that no column holds. Wire: as given. Reads no column, so it cannot be filtered. Written, it must be that value. */
export function constant<const V>(value: V): Conversion<never, V, never, "read", unknown> {
  const json = JSON.stringify(value);
  return { kind: "constant", columns: [], read: () => value, write: (written) => (JSON.stringify(written) === json ? [] : `Can only be ${json}.`) };
}

type Values<Columns extends string> = { readonly [C in Columns]: unknown };

/**
 * A value computed by a function over the named columns, which arrive as the driver gives them (NULL as null).
 * Cannot be filtered or sorted: for that, write an `expression`. Returning undefined is drift.
 */
export function computed<const Columns extends string, Out>(
  columns: readonly Columns[],
  fn: (row: Values<Columns>) => Out | undefined,
): Conversion<`=${Columns}`, Out, never, "read", unknown> {
  return {
    kind: "computed",
    columns,
    read(row, at, drift) {
      const value = fn(valuesOf(columns, row, at));
      if (value === undefined) drift("computed", columns, "the function found no value");
      return value;
    },
  };
}

function valuesOf<const Columns extends string>(columns: readonly Columns[], row: readonly unknown[], at: number): Values<Columns> {
  const values: Record<string, unknown> = {};
  columns.forEach((column, index) => {
    values[column] = row[at + index] ?? null;
  });
  return values as Values<Columns>; // one key per column, made above
}

interface CustomRead<Columns extends string, Out> {
  readonly columns: readonly Columns[];
  readonly read: (row: Values<Columns>) => Out | undefined;
  /** Column values that read as the value; columns left out stay as they are. A text: why it cannot be stored, for the partner. */
  readonly write?: (value: NoInfer<Out>) => { readonly [C in Columns]?: ErpValue } | string;
}

type SortableInverse = Inverse & { readonly range: NonNullable<Inverse["range"]> };

/**
 * A conversion of one's own. With `inverse` it can be filtered (and sorted, when `inverse.range` is there too: then the
 * columns' order must be the public values' order). `read` gets each column as the driver gives it. With `write` commands
 * can write it.
 */
export function custom<const Columns extends string, Out>(
  declared: CustomRead<Columns, Out> & { readonly inverse: SortableInverse },
): Conversion<`=${Columns}`, Out, never, "filter-and-sort", unknown>;
export function custom<const Columns extends string, Out>(
  declared: CustomRead<Columns, Out> & { readonly inverse: Inverse },
): Conversion<`=${Columns}`, Out, never, "filter", unknown>;
export function custom<const Columns extends string, Out>(declared: CustomRead<Columns, Out>): Conversion<`=${Columns}`, Out, never, "read", unknown>;
export function custom<const Columns extends string, Out>(
  declared: CustomRead<Columns, Out> & { readonly inverse?: Inverse },
): Conversion<`=${Columns}`, Out, never, Capability, unknown> {
  return {
    kind: "custom",
    columns: declared.columns,
    read(row, at, drift) {
      const value = declared.read(valuesOf(declared.columns, row, at));
      if (value === undefined) drift("custom", declared.columns, "the function found no value");
      return value;
    },
    ...customWrite(declared),
    ...(declared.inverse !== undefined && { inverse: declared.inverse }),
  };
}

function customWrite<Columns extends string, Out>({ columns, write }: CustomRead<Columns, Out>): { readonly write?: Write } {
  if (write === undefined) return {};
  return {
    write(value) {
      const row = write(value as Out); // `bind` checked that the contract's field takes what `read` yields
      return typeof row === "string" ? row : columns.map((column) => row[column]);
    },
  };
}

/**
 * An integer column of bits as a list of names: `bits("ITMATR", { 1: "hazardous", 4: "fragile" })`.
 * Wire: array of strings, in the order of the bits. NULL is no bit. Bits without a name are left out.
 * To filter by one of them, give it its own field: `flag(bit("ITMATR", 1))`.
 * Can be written only where it is said that bits without a name may be lost: `{ whenWritten: "clear-unnamed" }`.
 */
export function bits<const S extends ColumnSource, const Names extends Readonly<Record<number, string>>>(
  column: S,
  names: Names,
  options: { readonly whenWritten?: "clear-unnamed" } = {},
): Conversion<ColumnOf<S>, Names[keyof Names][], never[], "read", number> {
  const masks = Object.entries(names).map(([mask, name]) => ({ mask: Number(mask), name }));
  return {
    kind: "bits",
    columns: [column],
    accepts: [bitFields],
    read(row, at, drift) {
      const value = row[at];
      if (isNull(value)) return [];
      if (typeof value === "number" && Number.isInteger(value)) return masks.filter(({ mask }) => (value & mask) !== 0).map(({ name }) => name);
      drift("bits", [column], "not an integer");
      return undefined;
    },
    ...(options.whenWritten === "clear-unnamed" &&
      writable([column], (value) => {
        if (!Array.isArray(value)) return "Must be a list.";
        let bits = 0;
        for (const name of value) {
          const found = masks.find((known) => known.name === name);
          if (found === undefined) return "Has a member that cannot be stored.";
          bits |= found.mask;
        }
        return [bits >>> 0];
      })),
  };
}
