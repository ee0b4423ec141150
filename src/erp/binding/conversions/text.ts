/** `text`: character columns. */

import type { ColumnInfo } from "../../dialects/dialect.ts";
import { type ColumnOf, type ColumnSource, type Conversion, type Inverse, isNull, trimEnd, type Write } from "../conversion.ts";
import { printable } from "./column-kinds.ts";
import { type NullIf, type NullWhen, nothing } from "./options.ts";
import { encoderOf } from "./text-encoder.ts";
import { meansNull, notNull, notStorable, noValue, readsBack, writable } from "./writing.ts";

interface TextOptions extends NullWhen {
  /** Pads written values and filter values with spaces to this length, for VARCHAR columns that the ERP's programs fill up. */
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
 * Writes any text that does not end with a space; null as the first of `nullWhen`, or NULL.
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
    ...writable([column], textWrite(options ?? {})),
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

function textWrite(options: TextOptions): Write {
  const { pad = 0, encoding } = options;
  const isNothing = nothing(options);
  const nothingIn = noValue(options);
  const encode = encoderOf(encoding ?? "utf-8");
  const isBinary = (info: ColumnInfo | undefined): boolean => (info === undefined ? encoding !== undefined : info.type === "binary");
  return (value, [info] = []) => {
    const text = value === null ? nothingIn(info) : value;
    if (text === null) return info?.nullable === false ? notNull : [null];
    if (typeof text !== "string") return value === null ? [nothingIn(info)] : "Must be a text.";
    if (value !== null) {
      if (!text.isWellFormed() || text.includes("\u0000")) return "Has a character that cannot be stored.";
      if (text.endsWith(" ")) return "Must not end with a space.";
      if (isNothing(text)) return meansNull;
      if (!readsBack(text, info)) return notStorable;
    }
    if (!isBinary(info)) return [text.padEnd(pad)];
    // BINARY(n) fills up with zero bytes, which are no padding: spaces are.
    const bytes = encode(text, info?.sqlType.startsWith("binary") === true ? (info.length ?? 0) : pad);
    return bytes === undefined ? "Has a character that cannot be stored." : [bytes];
  };
}
