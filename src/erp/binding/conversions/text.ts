/** `text`: character columns. */

import { type ColumnOf, type ColumnSource, type Conversion, type Inverse, isNull, trimEnd } from "../conversion.ts";
import { printable } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";

interface TextOptions extends NullWhen {
  /** Pads filter values with spaces to this length, for VARCHAR columns that the ERP's programs fill up. */
  readonly pad?: number;
  /** How the bytes of a binary column are to be read. */
  readonly encoding?: "utf-8" | "latin1";
}

type Encoded = { readonly encoding: string };

/**
 * A string without its trailing spaces (CHAR padding).
 * Accepts: CHAR, VARCHAR, TEXT; numbers and dates, as the database writes them; binary columns with `encoding`, which cannot be filtered or
 * sorted (the order of bytes is not that of text). Wire: string.
 * NULL reads as null; blank reads as "" unless `nullWhen: [""]`. Bytes that do not fit the encoding are drift.
 */
export function text<const S extends ColumnSource, const O extends TextOptions = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<
  ColumnOf<S>,
  string | NullIf<O>,
  null,
  O extends Encoded ? "read" : "filter-and-sort",
  O extends Encoded ? string | number | Uint8Array : string | number
> {
  const { pad, encoding = "utf-8" }: TextOptions = options ?? {};
  const isNothing = nothing(options ?? {});
  const decoder = new TextDecoder(encoding, { fatal: true });
  return {
    kind: "text",
    columns: [column],
    accepts: [[...printable, "binary"]],
    yields: { kind: "text" },
    read(row, at, drift) {
      const value = row[at];
      if (typeof value === "string") {
        const trimmed = trimEnd(value);
        return isNothing(trimmed) ? null : trimmed;
      }
      if (isNull(value)) return null;
      if (typeof value === "number" || typeof value === "bigint") return isNothing(value) ? null : String(value);
      if (value instanceof Uint8Array) {
        try {
          const decoded = trimEnd(decoder.decode(value));
          return isNothing(decoded) ? null : decoded;
        } catch {
          drift("text", [column], `bytes that are not ${encoding}`);
          return undefined;
        }
      }
      drift("text", [column], `a ${typeof value} where text was expected`);
      return undefined;
    },
    ...(options?.encoding === undefined && { inverse: textInverse(pad, options ?? {}) }),
  };
}

function textInverse(pad: number | undefined, options: NullWhen): Inverse {
  const isNothing = nothing(options);
  return {
    asText: true,
    // A value reads without its trailing spaces, so no row reads as one that has some.
    equal: (value) => (isNothing(value) || value.endsWith(" ") ? [] : [[pad === undefined ? value : value.padEnd(pad)]]),
    range: (operator, value) => ({ operator, values: [pad === undefined ? value : value.padEnd(pad)] }),
    blanks: options.nullWhen ?? [],
  };
}
