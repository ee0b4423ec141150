/** Who calls: what a valid credential says of its bearer. */

import type { LimitTerms } from "./limits.ts";

export type Environment = "live" | "test";

export interface Principal {
  /** Id of the partner in the gateway's own store. */
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: Environment;
  /** Public part of the key (`kid`), or the id of the OAuth client; safe to log. */
  readonly keyId: string;
  readonly scopes: ReadonlySet<string>;
  /** The partner's account numbers in the ERP of this environment; every statement is narrowed to them. */
  readonly accounts: readonly string[];
  /** Contract version pinned when the key was made, `YYYY-MM-DD`. */
  readonly apiVersion: string;
  /** When the credential ends, in milliseconds since 1970; undefined: not by itself. */
  readonly expiresAt: number | undefined;
  /** Whether its bearer is told in time that it ends: of keys, which people replace. Programs replace their tokens by themselves. */
  readonly warnsOfExpiry?: boolean;
  readonly limits: LimitTerms;
}

/** Port: turns the token of an `Authorization: Bearer` header into a principal. Throws only when it cannot know. */
export interface Authenticator {
  /** `address`: of the client, in canonical form; undefined where the runtime does not tell. */
  authenticate(token: string, now: number, address?: string): Promise<Authentication>;
}

export type Authentication =
  | { readonly kind: "authenticated"; readonly principal: Principal }
  /** `reason` is for the log; the caller always gets the same 401. */
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  /** So many credentials from this address have failed that none is looked at for now. */
  | { readonly kind: "throttled"; readonly retryAfterSeconds: number };

export type RefusalReason =
  | "malformed"
  | "checksum"
  | "unknown"
  | "secret"
  | "expired"
  | "revoked"
  | "suspended"
  /** The credential may not be used from where it came. */
  | "address"
  /** A token that this gateway, or the issuer it names, did not sign, or not for this. */
  | "token";
