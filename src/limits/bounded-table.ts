/** A table of what is kept per caller: what is idle goes by itself, and there is never more than fits. */

export interface BoundedTable<Entry> {
  /** Makes what is missing. Moves it to the end of those that go first. */
  at(key: string, nowUs: number): Entry;
  /** Without making it. */
  known(key: string): Entry | undefined;
  readonly size: number;
}

export interface BoundedTableOptions<Entry> {
  readonly capacity: number;
  readonly make: () => Entry;
  /** Whether nothing would be lost with it. */
  readonly isIdle: (entry: Entry, nowUs: number) => boolean;
}

/** So many of the longest unused are looked at with each new one: more than come, so that idle ones do not pile up. */
const lookedAt = 4;

export function boundedTable<Entry>({ capacity, make, isIdle }: BoundedTableOptions<Entry>): BoundedTable<Entry> {
  // Maps keep the order of insertion: the first is the one that was not used for longest.
  const entries = new Map<string, Entry>();

  function sweep(nowUs: number): void {
    let left = lookedAt;
    for (const [key, entry] of entries) {
      if (isIdle(entry, nowUs)) entries.delete(key);
      else if (entries.size >= capacity) entries.delete(key);
      left -= 1;
      if (left <= 0) return;
    }
  }

  return {
    at(key, nowUs) {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known;
      }
      sweep(nowUs);
      const entry = make();
      entries.set(key, entry);
      return entry;
    },
    known: (key) => entries.get(key),
    get size() {
      return entries.size;
    },
  };
}
