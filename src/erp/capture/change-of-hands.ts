/** What a thing that passes from one partner to another is to each: nobody is told of what is not theirs, and nobody misses that it is gone. */

import type { Captured } from "#contract/captured.ts";

type Accounts = Captured["accounts"];

/**
 * The same change, once for those whose thing it is no longer, and once for those whose it is. To somebody who had no part in
 * it before, it comes to be.
 */
export function byHands(captured: Captured, was: Accounts, now: Accounts): readonly Captured[] {
  if (captured.operation !== "changed" || was === "everyone" || now === "everyone") return [captured];
  const gone = was.filter((account) => !now.includes(account));
  if (gone.length === 0) return [captured];
  const left: Captured = { ...captured, key: `${captured.key} gone`, operation: "deleted", after: undefined, changed: new Set(), accounts: gone };
  if (now.length === 0) return [left];
  // The last is how the thing stands.
  if (gone.length < was.length) return [left, { ...captured, accounts: now }];
  return [left, { ...captured, operation: "created", before: undefined, changed: new Set(), accounts: now }];
}
