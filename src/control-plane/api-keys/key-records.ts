/** Ports: what the verbs on API keys and their authentication need of a store. */
import type { Environment, Principal } from "#pipeline/principal.ts";

/** A key as it is shown in lists; nothing of it is secret. Times in milliseconds since 1970. */
export interface ApiKey {
  readonly kid: string;
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
  readonly label: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly suspendedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** A key with what is needed to check its bearer. */
export interface KeyRecord extends ApiKey {
  readonly mac: Uint8Array;
  readonly pepperVersion: number;
  /** The partner's accounts in the key's environment. */
  readonly accounts: readonly string[];
  readonly limits: Principal["limits"];
}

/** Port of the request path. Rejects when the store cannot be reached; answers within a bounded time. */
export interface KeyRecords {
  find(kid: string): Promise<KeyRecord | undefined>;
}

export interface NewKey {
  readonly kid: string;
  readonly partner: string;
  readonly environment: Environment;
  readonly mac: Uint8Array;
  readonly pepperVersion: number;
  readonly scopes: readonly string[];
  readonly apiVersion: string;
  readonly label: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
}

/** Port of the control plane. */
export interface KeyRegister {
  insert(key: NewKey): Promise<void>;
  /** Newest first; of one partner where its id is given. */
  list(partner?: string): Promise<ApiKey[]>;
  /** The key as it is afterwards, with the time of its first revocation; undefined when there is none. */
  revoke(kid: string, at: number): Promise<ApiKey | undefined>;
}
