/** The gateway's own access tokens (RFC 9068): issued for five minutes, and checked. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Environment } from "#pipeline/principal.ts";
import type { KeyRing } from "../signing-keys/key-ring.ts";
import { signingAlgorithm } from "../signing-keys/new-signing-key.ts";
import { checkJwt, type UncheckedJwt } from "./jwt.ts";

const lifetimeSeconds = 300;
const tokenType = "at+jwt";

export interface Grant {
  readonly client: string;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  /** When the client's own time is over, in milliseconds since 1970; no token outlives it. */
  readonly clientExpiresAt: number | undefined;
}

const claimsSchema = z.object({ client_id: z.string(), sub: z.string(), scope: z.string(), environment: z.enum(["live", "test"]), exp: z.number() });

export type TokenChecked =
  | {
      readonly kind: "valid";
      readonly client: string;
      readonly environment: Environment;
      readonly scopes: readonly string[];
      /** Of the key that signed it. */
      readonly kid: string;
      /** Seconds since 1970. */
      readonly exp: number;
    }
  | { readonly kind: "refused"; readonly why: string };

export interface AccessTokens {
  /** `now` in milliseconds since 1970. */
  issue(ring: KeyRing, grant: Grant, now: number): Promise<{ readonly token: string; readonly expiresInSeconds: number }>;
  check(ring: KeyRing, token: string, unchecked: UncheckedJwt, now: number): Promise<TokenChecked>;
}

/** `issuer`: where partners reach the gateway. What its tokens are for is never what assertions are addressed to. */
export function accessTokens(issuer: string): AccessTokens {
  const audience = `${issuer}/v1`;
  return {
    async issue(ring, grant, now) {
      const issuedAt = Math.floor(now / 1_000);
      const longest = grant.clientExpiresAt === undefined ? lifetimeSeconds : Math.floor(grant.clientExpiresAt / 1_000) - issuedAt;
      const expiresInSeconds = Math.max(1, Math.min(lifetimeSeconds, longest));
      const claims = {
        ...{ iss: issuer, sub: grant.client, aud: audience, client_id: grant.client, scope: grant.scopes.join(" ") },
        ...{ environment: grant.environment, iat: issuedAt, exp: issuedAt + expiresInSeconds, jti: randomUUID() },
      };
      return { token: await ring.sign(claims, tokenType), expiresInSeconds };
    },
    async check(ring, token, { header: { kid, alg } }, now) {
      const key = kid === undefined || alg !== signingAlgorithm ? undefined : await ring.find(kid);
      if (kid === undefined || key === undefined) return { kind: "refused", why: "unknown key" };
      const found = await checkJwt(token, {
        key,
        algorithms: [signingAlgorithm],
        types: [tokenType],
        issuer,
        audiences: [audience],
        required: ["sub", "client_id", "iat", "jti", "scope", "environment"],
        maxAgeSeconds: lifetimeSeconds,
        now,
      });
      if (found.kind === "refused") return found;
      const claims = claimsSchema.safeParse(found.claims);
      if (!claims.success || claims.data.client_id !== claims.data.sub) return { kind: "refused", why: "claims" };
      const { client_id, environment, scope, exp } = claims.data;
      return { kind: "valid", client: client_id, environment, scopes: scope.split(" "), kid, exp };
    },
  };
}
