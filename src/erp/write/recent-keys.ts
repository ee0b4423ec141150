/** Keys of requests that this process has answered lately: what a repetition is recognised by before anything is asked. A hint, no more. */

import type { KeyHash } from "./receipt.ts";

export interface RecentKeys {
  add(key: KeyHash): void;
  has(key: KeyHash): boolean;
}

/** Remembers at least the last `count` keys, and at most twice as many. */
export function recentKeys(count: number): RecentKeys {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    add(key) {
      newer.add(nameOf(key));
      if (newer.size < count) return;
      older = newer;
      newer = new Set();
    },
    has(key) {
      const name = nameOf(key);
      return newer.has(name) || older.has(name);
    },
  };
}

function nameOf(key: KeyHash): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}
