/** What partners are told of themselves: their credentials, what they used, and the requests they sent. */

/** How a credential stands. */
export const keyStates = ["active", "suspended", "revoked", "expired"] as const;

export interface OwnKey {
  /** Public part of the key. */
  readonly id: string;
  readonly label: string | undefined;
  readonly state: (typeof keyStates)[number];
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly lastUsedAt: number | undefined;
  /** Address that it was last used from. */
  readonly lastUsedFrom: string | undefined;
}

export interface Used {
  readonly requests: number;
  /** Units of the limits. */
  readonly cost: number;
}

export interface OwnUsage {
  /** In UTC. */
  readonly today: Used;
  readonly thisMonth: Used;
}

/** What is looked for in a partner's own log; all of it holds. */
export interface OwnRequestsQuery {
  /** `404`, or `4xx`; any of them. */
  readonly statuses: readonly string[];
  /** Codes of problems; any of them. */
  readonly codes: readonly string[];
  readonly key: string | undefined;
  /** A path template. */
  readonly route: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number | undefined;
  readonly limit: number;
}

export interface LoggedRequest {
  readonly requestId: string;
  readonly at: number;
  readonly key: string;
  readonly address: string | undefined;
  readonly method: string;
  readonly route: string;
  readonly version: string;
  readonly status: number;
  readonly code: string | undefined;
  readonly cost: number;
  readonly ms: number;
  readonly replayed: boolean;
}
