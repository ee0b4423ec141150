/** For partners without quotas, of whose counts nobody asks. */

export function noQuotas(): never {
  throw new Error("nobody has a quota here");
}
