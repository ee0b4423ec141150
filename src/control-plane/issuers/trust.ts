/** Trusts the access tokens of another issuer, for clients that are registered as its own. */
import { z } from "zod";
import { randomBase62 } from "#lib/base62.ts";
import { httpsUrlProblem } from "../oauth/https-url.ts";
import { defineVerb } from "../verb.ts";
import { algorithmsShape, clientClaimShape, issuerShape, issuerSubject, issuerToJson, tokenTypeShape } from "./issuer-json.ts";
import type { TrustedIssuer } from "./issuer-records.ts";

export const issuerTrust = defineVerb({
  name: "issuer.trust",
  summary: "Take access tokens of another issuer, for clients registered as its own",
  role: "admin",
  method: "POST",
  path: "/admin/issuers",
  input: z.object({
    issuer: z
      .string()
      .max(500)
      .meta({ description: "`iss` of its tokens, to the letter.", examples: ["https://login.partner.example"] }),
    audience: z.string().min(1).max(500).meta({ description: "`aud` of its tokens for this API; the only one they may have." }),
    jwks_url: z.string().max(500).meta({ description: "Where it publishes its public keys; https only." }),
    algorithms: algorithmsShape.default(["ES256"]),
    token_type: tokenTypeShape
      .default("at+jwt")
      .meta({ description: "`typ` in the header of its tokens: `at+jwt` (RFC 9068), or `JWT` where it does not follow that." }),
    client_claim: clientClaimShape.default("client_id").meta({ description: "The claim that names the client; a client's `subject` is compared with it." }),
  }),
  output: issuerShape,
  run: async (plane, input, asking) => {
    const problems = [
      ["issuer", httpsUrlProblem(input.issuer)],
      ["jwks_url", httpsUrlProblem(input.jwks_url)],
    ].flatMap(([member, problem]) => (problem === undefined ? [] : [`${member} ${problem}`]));
    if (problems.length > 0) return { kind: "refused", reasons: problems };
    const issuer: TrustedIssuer = {
      ...{ id: `iss_${randomBase62(12)}`, issuer: input.issuer, audience: input.audience, jwksUrl: input.jwks_url },
      ...{ algorithms: [...new Set(input.algorithms)], tokenType: input.token_type, clientClaim: input.client_claim, createdAt: asking.now },
    };
    return plane.change(asking, async ({ records, audit }) => {
      if ((await records.issuers.insert(issuer)) === "trusted-already")
        return { kind: "refused", reasons: ["This issuer is trusted for this audience already; remove it first to trust it otherwise."] };
      await audit({ verb: issuerTrust.name, subject: issuerSubject(issuer.id), before: null, after: issuerToJson(issuer) });
      return { kind: "done", value: issuerToJson(issuer) };
    });
  },
});
