/** The gateway's own access tokens (RFC 9068): issued for five minutes, checked without asking anybody. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { sha256 } from "#lib/hash.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { KeyRing } from "../signing-keys/key-ring.ts";
import { signingAlgorithm } from "../signing-keys/new-signing-key.ts";
import { checkJwt, toleranceSeconds, type UncheckedJwt } from "./jwt.ts";

export const tokenLifetimeSeconds = 300;
const tokenType = "at+jwt";
const maxProven = 10_000;

export interface AccessTokensOptions {
  /** `iss`: where partners reach the gateway. */
  readonly issuer: string;
}

export interface Grant {
  readonly client: string;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  /** When the client's own time is over, in milliseconds since 1970; no token outlives it. */
  readonly clientExpiresAt: number | undefined;
}

const claimsSchema = z.object({ client_id: z.string(), sub: z.string(), scope: z.string(), environment: z.enum(["live", "test"]), exp: z.number() });

export type TokenChecked =
  | { readonly kind: "valid"; readonly client: string; readonly environment: Environment; readonly scopes: readonly string[] }
  | { readonly kind: "refused"; readonly why: string };

export interface AccessTokens {
  /** `now` in milliseconds since 1970. */
  issue(ring: KeyRing, grant: Grant, now: number): Promise<{ readonly token: string; readonly expiresInSeconds: number }>;
  check(ring: KeyRing, token: string, unchecked: UncheckedJwt, now: number): Promise<TokenChecked>;
}

interface Proven {
  readonly kid: string;
  readonly exp: number;
  readonly checked: TokenChecked & { readonly kind: "valid" };
}

export function accessTokens({ issuer }: AccessTokensOptions): AccessTokens {
  /** What a token may be used for; never what assertions are addressed to. */
  const audience = audienceOf(issuer);
  // A token is used again and again in its five minutes: checking its signature once is enough.
  const proven = new Map<string, Proven>();

  return {
    async issue(ring, grant, now) {
      const issuedAt = Math.floor(now / 1_000);
      const longest = grant.clientExpiresAt === undefined ? tokenLifetimeSeconds : Math.floor(grant.clientExpiresAt / 1_000) - issuedAt;
      const expiresInSeconds = Math.max(1, Math.min(tokenLifetimeSeconds, longest));
      const claims = {
        ...{ iss: issuer, sub: grant.client, aud: audience, client_id: grant.client, scope: grant.scopes.join(" ") },
        ...{ environment: grant.environment, iat: issuedAt, exp: issuedAt + expiresInSeconds, jti: randomUUID() },
      };
      return { token: await ring.sign(claims, tokenType), expiresInSeconds };
    },
    async check(ring, token, { header }, now) {
      const { kid } = header;
      const key = kid === undefined || header.alg !== signingAlgorithm ? undefined : await ring.find(kid);
      if (kid === undefined || key === undefined) return { kind: "refused", why: "unknown key" };
      const digest = Buffer.from(sha256(token)).toString("base64");
      const known = proven.get(digest);
      if (known?.kid === kid && now / 1_000 < known.exp + toleranceSeconds) return known.checked;

      const found = await checkJwt(token, {
        key,
        algorithms: [signingAlgorithm],
        types: [tokenType],
        issuer,
        audiences: [audience],
        required: ["sub", "client_id", "iat", "jti", "scope", "environment"],
        maxAgeSeconds: tokenLifetimeSeconds,
        now,
      });
      if (found.kind === "refused") return found;
      const claims = claimsSchema.safeParse(found.claims);
      if (!claims.success || claims.data.client_id !== claims.data.sub) return { kind: "refused", why: "claims" };
      const { client_id, environment, scope, exp } = claims.data;
      const checked = { kind: "valid", client: client_id, environment, scopes: scope.split(" ") } as const;
      proven.set(digest, { kid, exp, checked });
      for (const oldest of proven.size > maxProven ? proven.keys() : []) {
        proven.delete(oldest);
        break;
      }
      return checked;
    },
  };
}

export function audienceOf(issuer: string): string {
  return `${issuer}/v1`;
}
