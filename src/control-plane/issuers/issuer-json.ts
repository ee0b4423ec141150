/** Trusted issuers as operators see them. */
import { z } from "zod";
import { signatureAlgorithms } from "../oauth/public-keys.ts";
import type { TrustedIssuer } from "./issuer-records.ts";

export const algorithmsShape = z.array(z.enum(signatureAlgorithms)).min(1);
export const tokenTypeShape = z.enum(["at+jwt", "JWT"]);
export const clientClaimShape = z.enum(["sub", "client_id", "azp"]);

export const issuerShape = z.object({
  id: z.string(),
  issuer: z.string(),
  audience: z.string(),
  jwks_url: z.string(),
  algorithms: algorithmsShape,
  token_type: tokenTypeShape,
  client_claim: clientClaimShape,
  created_at: z.iso.datetime(),
});

export type IssuerJson = z.output<typeof issuerShape>;

export function issuerToJson(issuer: TrustedIssuer): IssuerJson {
  return {
    id: issuer.id,
    issuer: issuer.issuer,
    audience: issuer.audience,
    jwks_url: issuer.jwksUrl,
    algorithms: [...issuer.algorithms],
    token_type: issuer.tokenType,
    client_claim: issuer.clientClaim,
    created_at: new Date(issuer.createdAt).toISOString(),
  };
}

/** The subject of an audit record. */
export function issuerSubject(id: string): string {
  return `issuer ${id}`;
}
