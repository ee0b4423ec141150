/** Decimal numbers as text: exact shifting and rounding, never through a float. */

const plain = /^(-?)0*(\d+?)(?:\.(\d*))?$/;

/** Plain digits of a driver's number (`1e-7` included), or undefined where it is none. */
export function plainDecimal(value: unknown): string | undefined {
  if (typeof value === "string") {
    const trimmed = value.trim();
    return plain.test(trimmed) ? trimmed : undefined;
  }
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  const text = String(value);
  return text.includes("e") ? writtenOut(text) : text;
}

/** Where a column's text ends its whole part, or -1 where it is not plain digits with at most one point inside. */
function pointOf(text: string): number {
  let point = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 46 && point === text.length) point = at;
    else if (code < 48 || code > 57) return -1;
  }
  const leadingZero = point > 1 && text.charCodeAt(0) === 48;
  return point === 0 || point === text.length - 1 || leadingZero ? -1 : point;
}

/**
 * The two common cases without arithmetic: digits with implied decimals, and digits that have at most `places` decimals
 * already. Undefined for all others: signs, exponents, what has to be rounded.
 */
export function plainly(text: string, scale: number | undefined, places: number | undefined): string | undefined {
  const point = pointOf(text);
  if (point < 0) return undefined;
  if (scale === undefined) {
    if (places === undefined) return text;
    const missing = places - Math.max(0, text.length - point - 1);
    if (missing < 0) return undefined;
    return missing === 0 ? text : `${text}${point === text.length ? "." : ""}${"0".repeat(missing)}`;
  }
  if (places !== undefined || scale <= 0 || point < text.length) return undefined;
  return pointed(text, scale);
}

/** Digits with their last `scale` behind a point; there is at least one of either. */
export function pointed(digits: string, scale: number): string {
  const padded = digits.length > scale ? digits : digits.padStart(scale + 1, "0");
  const point = padded.length - scale;
  return `${padded.slice(0, point)}.${padded.slice(point)}`;
}

/** Writes out `1.5e-7` and `1e21`. */
function writtenOut(text: string): string {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  return shift(mantissa, Number(exponent));
}

/** Moves the decimal point by `places` to the right (left where negative). `shift("1500", -3)` is `1.500`. */
export function shift(decimal: string, places: number): string {
  const match = plain.exec(decimal);
  if (!match) throw new RangeError(`not a decimal: ${decimal}`);
  const [, sign = "", whole = "0", fraction = ""] = match;
  let digits = whole + fraction;
  let point = whole.length + places;
  if (point <= 0) {
    digits = "0".repeat(1 - point) + digits;
    point = 1;
  }
  if (point > digits.length) digits = digits.padEnd(point, "0");
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, "");
  const right = digits.slice(point);
  const zero = /^0*$/.test(digits);
  return `${zero ? "" : sign}${left}${right === "" ? "" : `.${right}`}`;
}

/** Rounds half away from zero to exactly `places` decimals. */
export function round(decimal: string, places: number): string {
  const scaled = shift(decimal, places);
  const [whole = "0", fraction = ""] = scaled.split(".");
  const negative = whole.startsWith("-");
  let units = BigInt(whole.replace("-", ""));
  if (fraction.charCodeAt(0) >= 53) units += 1n;
  return shift(`${negative && units !== 0n ? "-" : ""}${units}`, -places);
}

/** A decimal split at the point after removing trailing zeros: is it whole, and what lies below it? */
export function floor(decimal: string): { readonly floor: string; readonly whole: boolean } {
  const [whole = "0", fraction = ""] = decimal.split(".");
  if (/^0*$/.test(fraction)) return { floor: BigInt(whole).toString(), whole: true };
  return { floor: (BigInt(whole) - (decimal.startsWith("-") ? 1n : 0n)).toString(), whole: false };
}
