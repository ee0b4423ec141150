/** Gathers uses of credentials in memory, and writes them in batches behind the requests' backs. */
import type { Authenticator } from "#pipeline/principal.ts";
import type { UseRecords, Uses } from "./use-records.ts";

export interface UseGatherer {
  note(credential: string, address: string | undefined): void;
  /** Writes what was gathered, in one statement. Rejects when that fails; what it was is kept for the next time, within bounds. */
  flush(): Promise<void>;
  /** Uses that were given up, since the store could not be asked for too long. */
  readonly lost: () => number;
}

export interface UseGathererOptions {
  readonly records: UseRecords;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** Credentials that are remembered at once. */
  readonly capacity: number;
}

interface Gathered {
  readonly firstAt: number;
  lastAt: number;
  address: string | undefined;
  count: number;
}

export function createUseGatherer({ records, elapsedMs, capacity }: UseGathererOptions): UseGatherer {
  let gathered = new Map<string, Gathered>();
  let lost = 0;

  /** What could not be written, with what has come since. */
  function takeBack(unwritten: ReadonlyMap<string, Gathered>): void {
    for (const [credential, older] of unwritten) {
      const newer = gathered.get(credential);
      if (newer) gathered.set(credential, { ...newer, firstAt: older.firstAt, count: newer.count + older.count });
      else if (gathered.size < capacity) gathered.set(credential, older);
      else lost += older.count;
    }
  }

  return {
    lost: () => lost,
    note(credential, address) {
      const at = elapsedMs();
      const found = gathered.get(credential);
      if (found) {
        found.lastAt = at;
        found.address = address;
        found.count += 1;
      } else if (gathered.size < capacity) gathered.set(credential, { firstAt: at, lastAt: at, address, count: 1 });
      else lost += 1;
    },
    async flush() {
      if (gathered.size === 0) return;
      const taken = gathered;
      gathered = new Map();
      const at = elapsedMs();
      const uses = [...taken].map(
        ([credential, { firstAt, lastAt, address, count }]): Uses => ({ credential, firstAgoMs: at - firstAt, lastAgoMs: at - lastAt, address, count }),
      );
      try {
        await records.add(uses);
      } catch (error) {
        takeBack(taken);
        throw error;
      }
    },
  };
}

/** The same authenticator, whose admitted credentials are noted. */
export function notingUses(authenticator: Authenticator, uses: Pick<UseGatherer, "note">): Authenticator {
  return {
    async authenticate(token, now, address) {
      const found = await authenticator.authenticate(token, now, address);
      if (found.kind === "authenticated") uses.note(found.principal.keyId, address);
      return found;
    },
  };
}
