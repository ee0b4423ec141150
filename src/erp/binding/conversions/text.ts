/** `text`: character columns. */

import { type ColumnOf, type ColumnSource, type Conversion, isNull, trimEnd } from "../conversion.ts";
import { type NullIf, type NullWhen, nullSet } from "./options.ts";

interface TextOptions extends NullWhen {
  /** Pads filter values with spaces to this length, for VARCHAR columns that the ERP's programs fill up. */
  readonly pad?: number;
  /** How the bytes of a binary column are to be read. */
  readonly encoding?: "utf-8" | "latin1";
}

/**
 * A string without its trailing spaces (CHAR padding).
 * Accepts: CHAR, VARCHAR, TEXT; binary columns with `encoding`; numbers, as their digits. Wire: string.
 * NULL reads as null; blank reads as "" unless `nullWhen: [""]`. Bytes that do not fit the encoding are drift.
 */
export function text<const S extends ColumnSource, const O extends TextOptions = Record<never, never>>(
  column: S,
  options?: O,
): Conversion<ColumnOf<S>, string | NullIf<O>, null, "filter-and-sort", string | number | Uint8Array> {
  const { pad, encoding = "utf-8" }: TextOptions = options ?? {};
  const nulls = nullSet(options ?? {});
  const decoder = new TextDecoder(encoding, { fatal: true });
  return {
    kind: "text",
    columns: [column],
    read(row, at, drift) {
      const value = row[at];
      if (typeof value === "string") {
        const trimmed = trimEnd(value);
        return nulls.has(trimmed) ? null : trimmed;
      }
      if (isNull(value)) return null;
      if (typeof value === "number" || typeof value === "bigint") return nulls.has(value) ? null : String(value);
      if (value instanceof Uint8Array) {
        try {
          const decoded = trimEnd(decoder.decode(value));
          return nulls.has(decoded) ? null : decoded;
        } catch {
          drift("text", [column], `bytes that are not ${encoding}`);
          return undefined;
        }
      }
      drift("text", [column], `a ${typeof value} where text was expected`);
      return undefined;
    },
    inverse: {
      equal: (value) => (nulls.has(value) ? [] : [[pad === undefined ? value : value.padEnd(pad)]]),
      range: (operator, value) => ({ operator, values: [pad === undefined ? value : value.padEnd(pad)] }),
      blanks: [...nulls].filter((value): value is string => typeof value === "string"),
    },
  };
}
