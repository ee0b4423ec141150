/** Who calls: what a valid credential says of its bearer. */

export type Environment = "live" | "test";

export interface Principal {
  /** Id of the partner in the gateway's own store. */
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: Environment;
  /** Public part of the key (`kid`); safe to log. */
  readonly keyId: string;
  readonly scopes: ReadonlySet<string>;
  /** The partner's account numbers in the ERP of this environment; every statement is narrowed to them. */
  readonly accounts: readonly string[];
  /** Contract version pinned when the key was made, `YYYY-MM-DD`. */
  readonly apiVersion: string;
}

/** Port: turns the token of an `Authorization: Bearer` header into a principal. Throws only when it cannot know. */
export interface Authenticator {
  authenticate(token: string, now: number): Promise<Authentication>;
}

export type Authentication =
  | { readonly kind: "authenticated"; readonly principal: Principal }
  /** `reason` is for the log; the caller always gets the same 401. */
  | { readonly kind: "refused"; readonly reason: "malformed" | "checksum" | "unknown" | "secret" | "expired" | "revoked" | "suspended" };
