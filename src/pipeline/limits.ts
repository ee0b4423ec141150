/** What partners may take of the gateway, and the port of whatever keeps count. */

/** So much in any window of this length (GCRA): `quota` in units of cost, as contracts give it; one is a usual request. */
export interface RatePolicy {
  /** As the headers and the problem document name it: `burst`. */
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
}

/** What a partner's plan allows, with the overrides of the key. All policies hold at once. */
export interface LimitTerms {
  /** Shared by all credentials of the partner in the environment. */
  readonly partner: readonly RatePolicy[];
  /** Of this credential alone. */
  readonly key: readonly RatePolicy[];
  /** Fixed windows in UTC. */
  readonly quotas: readonly (Omit<RatePolicy, "windowSeconds"> & { readonly window: "day" | "month" })[];
  /** Requests of the partner that may be underway at once. */
  readonly inflight: number | undefined;
}

export interface Admitted {
  readonly kind: "admitted";
  /** `RateLimit-Policy` and `RateLimit`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request is over: done, failed or given up by its client. */
  release(): void;
}

export interface NotAdmitted {
  readonly kind: "refused";
  readonly headers: Readonly<Record<string, string>>;
  /** Names of policies, as in the problem document's `violated-policies`. */
  readonly violated: readonly string[];
  /** A request after these is admitted, if no other comes first. */
  readonly retryAfterSeconds: number;
}

/** Who is counted. */
export interface Counted {
  readonly partner: string;
  readonly environment: string;
  readonly keyId: string;
  readonly limits: LimitTerms;
}

/** Port. Never rejects: what keeps the shared count may be gone, and then a local bound holds. */
export interface Limiter {
  /** `cost` in units; all policies are checked before any is charged. */
  take(caller: Counted, cost: number): Promise<Admitted | NotAdmitted>;
  /** Charges more to a request that was admitted, when its cost is known (items of a batch): all of it, or nothing. */
  more(caller: Counted, cost: number): Promise<Admitted | NotAdmitted>;
}

/** No limits at all: for tests and benchmarks of what lies behind. */
export const unlimited: LimitTerms = { partner: [], key: [], quotas: [], inflight: undefined };
