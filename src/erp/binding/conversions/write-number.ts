/** How numbers and amounts are written into columns: exactly, or not at all. */

import type { ColumnInfo } from "../../dialects/dialect.ts";
import type { Write, Written } from "../conversion.ts";
import type { ErpValue } from "../sql.ts";
import { shift } from "./decimal-text.ts";
import { type DecimalOptions, type NullWhen, nothing } from "./options.ts";
import { meansNull, notNull, noValue, tooPrecise } from "./writing.ts";

export function integerWrite(options: NullWhen): Write {
  const isNothing = nothing(options);
  const blank = blankWrite(options);
  return (value, [info] = []) => {
    if (value === null) return blank(info);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return "Must be a whole number, exact in 53 bits.";
    return isNothing(value) ? meansNull : [value === 0 ? 0 : value]; // no negative zero
  };
}

function blankWrite(options: NullWhen): (info: ColumnInfo | undefined) => Written {
  const nothingIn = noValue(options);
  return (info) => {
    const blank = nothingIn(info);
    return blank === null && info?.nullable === false ? notNull : [blank];
  };
}

const decimal = /^-?\d+(?:\.(\d*?)0*)?$/;

export function decimalWrite(options: DecimalOptions): Write {
  const isNothing = nothing(options);
  const blank = blankWrite(options);
  const stored = storedDecimal(options);
  return (value, [info] = []) => {
    if (value === null) return blank(info);
    const digits = stored(value, info);
    if (typeof digits !== "string") return digits.why;
    return isNothing(digits) ? meansNull : [digits];
  };
}

/** The digits that a column holds for a public decimal. Implied decimals stand in columns of whole numbers. */
function storedDecimal({ scale = 0, places }: DecimalOptions): (value: unknown, info: ColumnInfo | undefined) => string | { readonly why: string } {
  return (value, info) => {
    const match = typeof value === "string" ? decimal.exec(value) : null;
    if (typeof value !== "string" || match === null) return { why: "Must be a decimal number, written as a text." };
    const behindPoint = match[1]?.length ?? 0;
    const whole = scale > 0 && info?.type !== "decimal" && info?.type !== "float";
    if ((whole && behindPoint > scale) || (places !== undefined && behindPoint > places)) return { why: tooPrecise };
    return shift(match[1] === undefined ? value : `${value.slice(0, value.indexOf("."))}${behindPoint === 0 ? "" : `.${match[1]}`}`, scale);
  };
}

/** `fixed`: the only currency, which no column holds. */
export function moneyWrite(options: DecimalOptions, fixed: string | undefined): Write {
  const writeAmount = decimalWrite(options);
  return (value, columns) => {
    if (value === null) {
      const amount = writeAmount(null, columns);
      return typeof amount === "string" || fixed !== undefined ? amount : [...amount, undefined];
    }
    if (!isMoney(value)) return "Must be an object of amount and currency.";
    if (fixed !== undefined && value.currency !== fixed) return `Its currency can only be ${fixed}.`;
    const amount = writeAmount(value.amount, columns);
    if (typeof amount === "string" || fixed !== undefined) return amount;
    if (value.currency.trim() !== value.currency || value.currency === "") return "Its currency must be a code of three letters.";
    const currency: ErpValue = value.currency;
    return [...amount, currency];
  };
}

function isMoney(value: unknown): value is { readonly amount: string; readonly currency: string } {
  return typeof value === "object" && value !== null && "amount" in value && "currency" in value && typeof value.currency === "string" && value.amount !== null;
}
