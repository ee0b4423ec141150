/** Tells the bearer of a key in time that it ends. */
import type { Principal } from "./principal.ts";

/** How long before. */
export const warningDays = 14;

const dayMs = 86_400_000;

/**
 * `Api-Key-Expires: @1798761599;help="https://..."`, from two weeks before the end on: an Item of RFC 9651, a Date (its section
 * 3.3.7) with a parameter that says where to read on. No header at all before that, and for tokens, which programs renew.
 */
export function expiryWarning({ expiresAt, warnsOfExpiry }: Principal, now: number, help: string): Readonly<Record<string, string>> {
  if (warnsOfExpiry !== true || expiresAt === undefined || expiresAt - now > warningDays * dayMs) return {};
  // A Date has whole seconds; rounded down, so that it never promises more.
  return { "Api-Key-Expires": `@${Math.floor(expiresAt / 1000)};help="${help}"` };
}
