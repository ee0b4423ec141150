/** Keeps what was found of key ids for a moment, so that a busy key costs one lookup a second and not one a request. */

export interface KeyCacheOptions {
  /** Monotonic milliseconds: a wall clock that is set back would stretch the time a revoked key lives on. */
  readonly elapsedMs: () => number;
  /** An entry is never used longer than this, whatever happens to the store: it bounds how late a revocation is seen. */
  readonly ttlMs: number;
  /** Entries of each kind, known and unknown. */
  readonly capacity: number;
  /** Whether a request may wait for the lookup of another one. Not on Workers: what a request began there may end with it. */
  readonly shareLookups: boolean;
}

/** Looks a key id up, over a connection that may belong to one request alone. */
export type FindKey<Entry> = (kid: string) => Promise<Entry | undefined>;

interface Cached<Entry> {
  readonly entry: Entry | undefined;
  readonly expiresAtMs: number;
}

/** Answers a lookup from memory at once, else with a promise; a failed lookup is not remembered. */
export function createKeyCache<Entry>(options: KeyCacheOptions): (kid: string, find: FindKey<Entry>) => Promise<Entry | undefined> | Cached<Entry> {
  // Two maps, so that a flood of made-up ids cannot drive out the keys that are in use.
  const known = new Map<string, Cached<Entry>>();
  const unknown = new Map<string, Cached<Entry>>();
  const underway = new Map<string, Promise<Entry | undefined>>();

  async function lookUp(kid: string, find: FindKey<Entry>): Promise<Entry | undefined> {
    // Aged from before the lookup: the store may have been changed while it answered.
    const expiresAtMs = options.elapsedMs() + options.ttlMs;
    try {
      const entry = await find(kid);
      keep(entry ? known : unknown, kid, { entry, expiresAtMs }, options.capacity);
      return entry;
    } finally {
      underway.delete(kid);
    }
  }

  return (kid, find) => {
    const map = known.has(kid) ? known : unknown;
    const cached = map.get(kid);
    if (cached) {
      map.delete(kid);
      if (options.elapsedMs() < cached.expiresAtMs) {
        map.set(kid, cached); // Moved to the end: maps keep the order of insertion, and the first is dropped first.
        return cached;
      }
    }
    if (!options.shareLookups) return lookUp(kid, find);
    let lookup = underway.get(kid);
    if (!lookup) {
      lookup = lookUp(kid, find);
      underway.set(kid, lookup);
    }
    return lookup;
  };
}

function keep<Entry>(map: Map<string, Cached<Entry>>, kid: string, cached: Cached<Entry>, capacity: number): void {
  map.delete(kid);
  map.set(kid, cached);
  if (map.size > capacity) {
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
  }
}
