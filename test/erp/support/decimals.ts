/** Decimal strings compared exactly. */

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`. */
export function compareDecimals(left: string, right: string): number {
  const places = Math.max(fraction(left).length, fraction(right).length);
  const difference = units(left, places) - units(right, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The decimal in units of `10 ** -places`; it may have no more decimals than that. */
export function units(decimal: string, places: number): bigint {
  const size = BigInt(`${(decimal.split(".")[0] ?? "").replace("-", "")}${fraction(decimal).padEnd(places, "0")}`);
  return decimal.startsWith("-") ? -size : size;
}

function fraction(decimal: string): string {
  return decimal.split(".")[1] ?? "";
}
