/** Whether a value fits a column, before the database is asked: some would cut it, round it or take it for another. */

import type { InvalidReason } from "#lib/body-reasons.ts";
import { isDate, parseDate } from "../binding/conversions/calendar.ts";
import { notNull, notStorable, tooPrecise } from "../binding/conversions/writing.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { ColumnInfo } from "../dialects/dialect.ts";

/** `value`: as the column's type takes it. The sentence is for the partner, and names no column. */
export type Fit = { readonly kind: "fits"; readonly value: ErpValue } | Unfit;

export interface Unfit {
  readonly kind: "unfit";
  readonly code: UnfitCode;
  readonly detail: string;
}

export type UnfitCode = Extract<InvalidReason, "too-long" | "out-of-range" | "too-precise" | "not-storable">;

export type Fitter = (value: ErpValue) => Fit;

const fits = (value: ErpValue): Fit => ({ kind: "fits", value });
const unfit = (code: UnfitCode, detail: string): Unfit => ({ kind: "unfit", code, detail });
const outOfRange = unfit("out-of-range", "Outside the range that can be stored.");
const moreDigits = unfit("too-precise", tooPrecise);
const impossible = unfit("not-storable", notStorable);
const foreignCharacter = unfit("not-storable", "Has a character that cannot be stored.");

/** Made once per column. */
export function fitterOf(info: ColumnInfo): Fitter {
  const fitPlain = plainFitter(info);
  return (value) => (value === null ? (info.nullable ? fits(null) : unfit("not-storable", notNull)) : fitPlain(value));
}

function plainFitter(info: ColumnInfo): Fitter {
  switch (info.type) {
    case "text":
      return textFitter(info);
    case "integer":
      return integerFitter(info);
    case "decimal":
      return numberFitter(info, Number.POSITIVE_INFINITY);
    case "float":
      return numberFitter(info, singlePrecision.test(info.sqlType) ? 6 : 15);
    case "boolean":
      return (value) => (typeof value === "boolean" ? fits(value) : value === "true" || value === "false" ? fits(value === "true") : impossible);
    case "date":
    case "timestamp":
      return momentFitter(info);
    case "binary":
      return (value) => {
        const bytes = value instanceof Uint8Array ? value : encoder.encode(String(value));
        return info.length !== undefined && bytes.length > info.length ? unfit("too-long", `At most ${info.length} bytes.`) : fits(bytes);
      };
    case "other":
      return (value) => (info.sqlType === "uuid" && !uuid.test(String(value)) ? impossible : fits(value));
  }
}

const encoder = new TextEncoder();
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function textFitter({ length, holds, sqlType, charset }: ColumnInfo): Fitter {
  const labels = sqlType.startsWith("enum(") ? labelsOf(sqlType) : undefined;
  // The length of MariaDB's TEXT types is one in bytes.
  const bytes = /^(?:tiny|medium|long)?text\b/.test(sqlType) && charset !== undefined ? charset : undefined;
  return (value) => {
    if (typeof value !== "string" && typeof value !== "number") return impossible;
    const text = String(value);
    if (text.includes("\u0000") || holds?.(text) === false) return foreignCharacter;
    if (labels !== undefined) return labels.has(text) ? fits(text) : impossible;
    if (length === undefined) return fits(text);
    if (bytes !== undefined)
      return text.length * 3 > length && bytesIn(text, bytes) > length ? unfit("too-long", `At most ${length} bytes in all.`) : fits(text);
    return text.length > length && [...text].length > length ? unfit("too-long", `At most ${length} character${length === 1 ? "" : "s"}.`) : fits(text);
  };
}

function bytesIn(text: string, charset: string): number {
  if (charset.startsWith("utf8")) return encoder.encode(text).length;
  return /^(?:utf|ucs|big5|cp932|sjis|eucjpms|ujis|euckr|gb)/.test(charset) ? text.length * 2 : text.length;
}

/** MariaDB's `enum('a','it''s')`. */
function labelsOf(sqlType: string): ReadonlySet<string> {
  return new Set([...sqlType.matchAll(/'((?:[^']|'')*)'/g)].map(([, label = ""]) => label.replaceAll("''", "'")));
}

const fewDigits = /^(?:0|-?[1-9])\d{0,14}$/;
const digits = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/;

function integerFitter({ min, max, sqlType }: ColumnInfo): Fitter {
  // A text would be taken for the bits of its letters.
  const bits = /^bit\((\d+)\)/.exec(sqlType)?.[1];
  const isYear = sqlType.startsWith("year");
  return (value) => {
    if (bits === undefined && !isYear) {
      // Nearly all of them, without arithmetic on large numbers.
      const number = typeof value === "number" ? value : typeof value === "string" && fewDigits.test(value) ? Number(value) : Number.NaN;
      if (Number.isSafeInteger(number) && inside(number, min, max)) return fits(typeof value === "number" ? value : String(number));
    }
    const match = typeof value === "number" || typeof value === "string" ? digits.exec(String(value)) : null;
    if (match === null) return impossible;
    if ((match[3] ?? "") !== "") return moreDigits;
    const whole = BigInt(`${match[1]}${match[2] || "0"}`);
    if ((min !== undefined && whole < min) || (max !== undefined && whole > max)) return outOfRange;
    if (isYear && whole !== 0n && (whole < 1901n || whole > 2155n)) return outOfRange;
    if (isYear) return fits(String(whole).padStart(4, "0")); // `0` would be the year 2000
    return fits(bits === undefined ? String(whole) : bytesOf(whole, Math.ceil(Number(bits) / 8)));
  };
}

function inside(value: number, min: bigint | undefined, max: bigint | undefined): boolean {
  return (min === undefined || value >= min) && (max === undefined || value <= max);
}

function bytesOf(whole: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, index) => Number((whole >> BigInt(8 * (width - 1 - index))) & 255n));
}

const singlePrecision = /^(?:real|float)\b/;

/** `exact`: how many digits come back as they were given. */
function numberFitter({ precision, scale, sqlType, type }: ColumnInfo, exact: number): Fitter {
  const unsigned = sqlType.includes("unsigned");
  return (value) => {
    const match = typeof value === "number" || typeof value === "string" ? digits.exec(String(value)) : null;
    if (match === null) return impossible;
    const [, sign = "", whole = "", fraction = ""] = match;
    if (scale !== undefined && fraction.length > scale) return moreDigits;
    if (precision !== undefined && scale !== undefined && whole.length > precision - scale) return outOfRange;
    if (unsigned && sign === "-" && (whole !== "" || fraction !== "")) return outOfRange;
    if (type === "float") {
      const significant = fraction === "" ? whole.replace(/0+$/, "") : `${whole}${fraction}`.replace(/^0+/, "");
      if (significant.length > exact) return moreDigits;
      if (exact === 6 && whole.length > 38) return outOfRange;
    }
    return fits(`${sign}${whole || "0"}${fraction === "" ? "" : `.${fraction}`}`);
  };
}

const moment = /^(\d{4}-\d{2}-\d{2})(?:[ T]((?:[01]\d|2[0-3])(?::[0-5]\d){2})(?:\.(\d{1,9}))?([+-]\d{2}(?::\d{2}){0,2})?)?$/;

function momentFitter({ type, sqlType, zeroDates, fraction = 6 }: ColumnInfo): Fitter {
  const hasZone = sqlType.endsWith("with time zone");
  // MariaDB's own TIMESTAMP counts seconds since 1970 in 31 bits.
  const counted = zeroDates === true && sqlType.startsWith("timestamp");
  return (value) => {
    const match = typeof value === "string" ? moment.exec(value) : null;
    if (match === null) return impossible;
    const [, day = "", time = "00:00:00", ofSecond = "", offset = ""] = match;
    if (zeroDates === true && day === "0000-00-00") return fits(day);
    if (!isDate(parseDate(day))) return impossible;
    if (type === "date") return /[1-9]/.test(time + ofSecond) ? impossible : fits(day);
    if (/[1-9]/.test(ofSecond.slice(fraction))) return unfit("too-precise", "Has a smaller fraction of a second than can be stored.");
    const text = `${day} ${time}`;
    if (counted && (text <= "1970-01-01 00:00:00" || text > "2038-01-19 03:14:07")) return outOfRange;
    return fits(`${text}${ofSecond === "" ? "" : `.${ofSecond}`}${hasZone ? offset : ""}`);
  };
}
