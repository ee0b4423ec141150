/** What partners may take of the gateway, and the port of whatever keeps count. */

/** So much in any window of this length: `quota` in units of cost, as contracts give it; one is a usual request. */
export interface RatePolicy {
  /** As the headers and the problem document name it: `burst`. */
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
}

/** So much in a day or month, fixed windows in UTC. */
export interface QuotaPolicy {
  readonly name: string;
  readonly quota: number;
  readonly window: "day" | "month";
}

/** What a partner's plan allows, with what is set for the key. All policies hold at once. */
export interface LimitTerms {
  /** Shared by all credentials of the partner in the environment. */
  readonly partner: readonly RatePolicy[];
  /** Of this credential alone. */
  readonly key: readonly RatePolicy[];
  /** Shared by all credentials of the partner in the environment. */
  readonly quotas: readonly QuotaPolicy[];
  /** Requests of the partner that may be underway at once. */
  readonly inflight: number | undefined;
}

/** What is left of a policy after a request. */
export interface Standing {
  readonly name: string;
  readonly quota: number;
  readonly windowSeconds: number;
  /** Undefined where it was not asked about: a request that one policy refuses is not taken to the others. */
  readonly left: { readonly units: number /** No more than `units` may be used in so many seconds. */; readonly seconds: number } | undefined;
}

/** What the headers of an answer say. */
export interface Standings {
  readonly policies: readonly Standing[];
  readonly inflight: number | undefined;
}

export interface Admitted {
  readonly kind: "admitted";
  readonly standings: Standings;
  /**
   * Charges `cost` in all to this request, when more is known of it (items of a batch). When that is refused, the request
   * has cost nothing.
   */
  raise(cost: number): Promise<Admitted | NotAdmitted>;
  /** The request is over: done, failed or given up by its client. What it cost stays charged. */
  release(): void;
}

export interface NotAdmitted {
  readonly kind: "refused";
  readonly standings: Standings;
  /** Names of policies, as in the problem document's `violated-policies`; one at least. */
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
  /**
   * `cost` in units; all policies are checked before any is charged. A request that costs more than a policy's quota takes
   * all of it.
   */
  take(caller: Counted, cost: number): Promise<Admitted | NotAdmitted>;
}

/** No limits at all. */
export const unlimited: LimitTerms = { partner: [], key: [], quotas: [], inflight: undefined };
