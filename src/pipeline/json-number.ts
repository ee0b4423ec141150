/** Whether a JSON number survives being held as a double (RFC 7493, section 2.2). */

/** With at most this many characters there are at most 15 digits, which every double of their size keeps apart. */
const alwaysExact = 15;

/**
 * Whether writing `value` again gives the number that `text` is: `0.1`, `1.50` and `1e2` do, `0.1000000000000000055`,
 * `12345678901234567890`, `1e400` and `1e-400` do not.
 */
export function isExact(text: string, value: number): boolean {
  if (text.length <= alwaysExact && !/[eE]/.test(text)) return true;
  return Number.isFinite(value) && decimalOf(text) === decimalOf(String(value));
}

const zero = 48;

/** One spelling per number, signs aside: its digits without zeros around them, and the power of ten they count. */
function decimalOf(text: string): string {
  const [mantissa = "", exponent = "0"] = (text.startsWith("-") ? text.slice(1) : text).split(/[eE]/);
  const [whole = "", fraction = ""] = mantissa.split(".");
  const digits = whole + fraction;
  let from = 0;
  let to = digits.length;
  while (from < to && digits.charCodeAt(from) === zero) from += 1;
  while (to > from && digits.charCodeAt(to - 1) === zero) to -= 1;
  return from === to ? "0" : `${digits.slice(from, to)}e${Number(exponent) - fraction.length + (digits.length - to)}`;
}
