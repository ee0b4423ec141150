/** Remembers what was looked up of credentials, for as long as it is certain that nothing of it has changed. */
import type { Changed } from "./change-records.ts";

export interface RecordCacheOptions<Entry> {
  /** What changes call these: `key`. */
  readonly kind: string;
  /** Monotonic milliseconds: a wall clock that is set back would stretch the time a revoked key lives on. */
  readonly elapsedMs: () => number;
  /** When all changes before it had been told, as a watch knows it. Without one, what was looked up is certain for `trustMs` and then gone. */
  readonly confirmedAt?: (() => number) | undefined;
  /** What an entry depends on besides its own record: `partner:ptr_...`. */
  readonly dependsOn: (entry: Entry) => readonly string[];
  /** Entries of each sort, known and unknown. */
  readonly capacity: number;
  /** Whether a request may wait for the lookup of another one. Not on Workers: what a request began there may end with it. */
  readonly shareLookups: boolean;
}

/** Looks a record up, over a connection that may belong to one request alone. */
export type FindRecord<Entry> = (id: string) => Promise<Entry | undefined>;

export interface Remembered<Entry> {
  /** Undefined: there was none. */
  readonly entry: Entry | undefined;
  /** As it was at this time, or later. */
  readonly lookedUpAt: number;
}

export interface RecordCache<Entry> {
  /** At once from memory where that is certain, else a promise; a failed lookup is not remembered. */
  find(id: string, look: FindRecord<Entry>): Remembered<Entry> | Promise<Remembered<Entry>>;
  /** From memory alone, even where a lookup is due. */
  recall(id: string): Remembered<Entry> | undefined;
  forget(changed: Changed): void;
  readonly counts: { readonly lookups: number; readonly failures: number; readonly unconfirmed: number };
}

/** After this long without news, the store is asked again. With a poll every half second this happens only in trouble. */
export const trustMs = 1_000;
/** Nothing older is used, whatever has happened to the store and the channels of changes. */
export const hardBoundMs = 5_000;
/** How long a request waits for a lookup that is due while there still is something to go by. */
const patienceMs = 250;
/** After a failure, what is remembered is used for this long before the store is asked again. */
const pauseMs = 500;

export function createRecordCache<Entry>(options: RecordCacheOptions<Entry>): RecordCache<Entry> {
  const { kind, elapsedMs, confirmedAt, capacity } = options;
  // Two maps, so that a flood of made-up ids cannot drive out the credentials that are in use.
  const known = new Map<string, Remembered<Entry>>();
  const unknown = new Map<string, Remembered<Entry>>();
  const underway = new Map<string, Promise<Remembered<Entry>>>();
  /** How often something was forgotten, and what lately: a lookup that was underway then may have seen what was before. */
  let generation = 0;
  const forgotten: Changed[] = [];
  let failedAt = Number.NEGATIVE_INFINITY;
  const counts = { lookups: 0, failures: 0, unconfirmed: 0 };

  const ageOf = ({ lookedUpAt }: Remembered<Entry>): number => elapsedMs() - Math.max(lookedUpAt, confirmedAt?.() ?? lookedUpAt);
  // That there is no such record is never said without certainty: it may just have been made.
  const boundOf = ({ entry }: Remembered<Entry>): number => (confirmedAt === undefined || entry === undefined ? trustMs : hardBoundMs);

  function recall(id: string): Remembered<Entry> | undefined {
    const map = known.has(id) ? known : unknown;
    const found = map.get(id);
    if (found === undefined) return undefined;
    map.delete(id);
    if (ageOf(found) >= boundOf(found)) return undefined;
    map.set(id, found); // Moved to the end: maps keep the order of insertion, and the first is dropped first.
    return found;
  }

  async function lookUp(id: string, look: FindRecord<Entry>): Promise<Remembered<Entry>> {
    // Aged from before the lookup: the store may have been changed while it answered.
    const [lookedUpAt, begun] = [elapsedMs(), generation];
    counts.lookups += 1;
    try {
      const found: Remembered<Entry> = { entry: await look(id), lookedUpAt };
      if (isCurrent(begun, id, found.entry)) keep(found.entry === undefined ? unknown : known, id, found);
      failedAt = Number.NEGATIVE_INFINITY;
      return found;
    } catch (error) {
      counts.failures += 1;
      failedAt = elapsedMs();
      throw error;
    }
  }

  function ask(id: string, look: FindRecord<Entry>): Promise<Remembered<Entry>> {
    if (!options.shareLookups) return lookUp(id, look);
    const shared = underway.get(id);
    if (shared) return shared;
    const lookup: Promise<Remembered<Entry>> = lookUp(id, look).finally(() => {
      if (underway.get(id) === lookup) underway.delete(id);
    });
    underway.set(id, lookup);
    return lookup;
  }

  /** Asks; where no answer comes soon, what is remembered does, if it still may be used then. */
  async function askWith(remembered: Remembered<Entry>, id: string, look: FindRecord<Entry>): Promise<Remembered<Entry>> {
    const lookup = ask(id, look);
    const answer = await soon(lookup);
    if (answer !== undefined) return answer;
    const still = known.get(id) ?? unknown.get(id);
    if (still !== remembered || ageOf(remembered) >= boundOf(remembered)) return lookup;
    counts.unconfirmed += 1;
    return remembered;
  }

  function isCurrent(begun: number, id: string, entry: Entry | undefined): boolean {
    const since = generation - begun;
    return since <= forgotten.length && !forgotten.slice(forgotten.length - since).some((changed) => touches(changed, id, entry));
  }

  function touches(changed: Changed, id: string, entry: Entry | undefined): boolean {
    if (changed === "everything" || changed.has(`${kind}:${id}`) || changed.has(`${kind}:*`)) return true;
    return entry !== undefined && options.dependsOn(entry).some((on) => changed.has(on) || changed.has(`${on.slice(0, on.indexOf(":"))}:*`));
  }

  function keep(map: Map<string, Remembered<Entry>>, id: string, found: Remembered<Entry>): void {
    known.delete(id);
    unknown.delete(id);
    map.set(id, found);
    if (map.size > capacity) map.delete(map.keys().next().value ?? id);
  }

  return {
    counts,
    recall,
    find(id, look) {
      const remembered = recall(id);
      if (remembered === undefined) return ask(id, look);
      if (ageOf(remembered) < trustMs) return remembered;
      if (elapsedMs() - failedAt >= pauseMs) return askWith(remembered, id, look);
      counts.unconfirmed += 1;
      return remembered;
    },
    forget(changed) {
      generation += 1;
      forgotten.push(changed);
      if (forgotten.length > 20) forgotten.shift();
      // Whoever asks from now on must not be given what was looked up before.
      underway.clear();
      if (changed === "everything" || changed.has(`${kind}:*`)) {
        known.clear();
        unknown.clear();
        return;
      }
      const own = [...changed].filter((name) => name.startsWith(`${kind}:`));
      for (const name of own) for (const map of [known, unknown]) map.delete(name.slice(kind.length + 1));
      // Of what it depends on there is no index: partners change rarely, and a hundred thousand entries are looked at in milliseconds.
      if (own.length < changed.size) for (const [id, { entry }] of known) if (touches(changed, id, entry)) known.delete(id);
    },
  };
}

/** Undefined where it fails, or takes longer than a request should wait. */
async function soon<T>(lookup: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([lookup.catch(() => undefined), patience]);
  } finally {
    clearTimeout(timer);
  }
}
