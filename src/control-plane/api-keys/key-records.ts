/** Ports: what the verbs on API keys and their authentication need of a store. */
import type { Environment, Principal } from "#pipeline/principal.ts";

/** A key as it is shown in lists; nothing of it is secret. Times in milliseconds since 1970. */
export interface ApiKey {
  readonly kid: string;
  readonly partner: string;
  readonly partnerName: string;
  /** Of a partner that is suspended no key is accepted. */
  readonly partnerSuspendedAt: number | undefined;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
  readonly label: string | undefined;
  /** Networks it may be used from, in canonical CIDR notation; undefined: from anywhere. */
  readonly allowFrom: readonly string[] | undefined;
  /** The key it was made from by rotation, and the one that was made from it. */
  readonly replaces: string | undefined;
  readonly replacedBy: string | undefined;
  /** When it was rotated; from then on it lives at most as long as an overlap may be. */
  readonly replacedAt: number | undefined;
  /** The first key of its line of rotated ones; itself where it was not made by rotation. */
  readonly lineage: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly suspendedAt: number | undefined;
  readonly revokedAt: number | undefined;
}

/** A key with what is needed to check its bearer; `suspendedAt` is also set while its partner is suspended. */
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
  readonly allowFrom: readonly string[] | undefined;
  readonly replaces: string | undefined;
  readonly lineage: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
}

/** What of a key can change. */
export type KeyTerms = Pick<ApiKey, "label" | "scopes" | "allowFrom" | "apiVersion" | "expiresAt" | "suspendedAt" | "revokedAt">;

/** Port of the control plane. */
export interface KeyRegister {
  insert(key: NewKey): Promise<void>;
  find(kid: string): Promise<ApiKey | undefined>;
  /** The same, and nobody else changes it until the transaction ends. */
  lock(kid: string): Promise<ApiKey | undefined>;
  /** Newest first, after the key `after`; of one partner where its id is given. */
  list(partner: string | undefined, after: string | undefined, limit: number): Promise<ApiKey[]>;
  /** All keys of a line of rotated ones, newest first. */
  versions(lineage: string): Promise<ApiKey[]>;
  update(kid: string, terms: KeyTerms): Promise<void>;
}

/** When a key was last used, and from where. */
export interface LastUse {
  /** Milliseconds since 1970; it may lag behind by as long as uses are gathered. */
  readonly at: number;
  /** In canonical form; undefined where the runtime does not tell. */
  readonly address: string | undefined;
}

/** Port: what is known of the use of keys. */
export interface KeyUses {
  /** By key id; a key that was never used is not in it. */
  lastUses(kids: readonly string[]): Promise<ReadonlyMap<string, LastUse>>;
}
