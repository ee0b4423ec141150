/** Keeps one value from a store for a moment. */

export interface RememberedOptions {
  readonly elapsedMs: () => number;
  /** It is never used for longer. */
  readonly ttlMs: number;
  /** It is not asked for more often, even by those who miss something in it. */
  readonly coolDownMs: number;
  /** Whether a request may wait for what another one began to look up. Not on Workers. */
  readonly shareLookups: boolean;
}

export interface Remembered<Value> {
  /** From memory where it is fresh. `missing`: it lacks something that may have come since, so a newer one is wanted if the store may be asked again. */
  get(load: () => Promise<Value>, missing?: (value: Value) => boolean): Promise<Value>;
  /** From memory alone. */
  recall(): Value | undefined;
  forget(): void;
}

export function remembered<Value>(options: RememberedOptions): Remembered<Value> {
  let known: { readonly value: Value; readonly atMs: number } | undefined;
  let underway: Promise<Value> | undefined;

  async function lookUp(load: () => Promise<Value>): Promise<Value> {
    const atMs = options.elapsedMs();
    try {
      const value = await load();
      known = { value, atMs };
      return value;
    } finally {
      underway = undefined;
    }
  }

  return {
    async get(load, missing = () => false) {
      if (known !== undefined) {
        const age = options.elapsedMs() - known.atMs;
        if (age < options.coolDownMs || (age < options.ttlMs && !missing(known.value))) return known.value;
      }
      if (!options.shareLookups) return lookUp(load);
      underway ??= lookUp(load);
      return underway;
    },
    recall: () => (known !== undefined && options.elapsedMs() - known.atMs < options.ttlMs ? known.value : undefined),
    forget() {
      known = undefined;
    },
  };
}
