/** Gives a partner an OAuth client; where it is to have a secret, that is in the answer and nowhere else. */
import { z } from "zod";
import { networksGiven, scopesGiven } from "../api-keys/key-json.ts";
import { canonicalNetworks, canonicalScopes, momentOf, reasonsAgainstTerms } from "../api-keys/terms.ts";
import type { Records } from "../control-plane.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { generateClientId } from "./client-id.ts";
import { clientForAudit, clientShape, clientSubject, clientToJson, jwksGiven, jwksUrlGiven, publicKeysOf } from "./client-json.ts";
import type { Client, ClientAuth } from "./client-records.ts";
import { newSecret } from "./new-secret.ts";

/** `sub` and its like are at most that long (OpenID Connect Core, section 2). */
const maxSubjectLength = 255;

export const clientCreate = defineVerb({
  name: "client.create",
  summary: "Give a partner an OAuth client; its secret is shown once",
  role: "operator",
  method: "POST",
  path: "/admin/clients",
  input: z.object({
    partner: partnerGiven,
    environment: z.enum(["live", "test"]),
    auth: z.enum(["client_secret", "private_key_jwt", "external_issuer"]).default("client_secret").meta({
      description: "How it proves to be itself: by a secret; by assertions that it signs; or by tokens of an issuer that is trusted.",
    }),
    jwks: jwksGiven.optional(),
    jwks_url: jwksUrlGiven.optional(),
    issuer: z.string().max(100).optional().meta({ description: "Of `external_issuer`: the id of the trusted issuer." }),
    subject: z.string().min(1).max(maxSubjectLength).optional().meta({ description: "Of `external_issuer`: what the client is called in its tokens." }),
    scopes: scopesGiven,
    label: z.string().optional(),
    expires_at: z.iso.datetime().optional(),
    allow_from: networksGiven.optional(),
    api_version: z.string().optional().meta({ description: "The contract version it is pinned to; the newest without it." }),
  }),
  output: clientShape.extend({ client_secret: z.string().nullable().meta({ description: "Shown only here." }) }),
  shownOnce: "client_secret",
  run: (plane, input, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const partner = await records.partners.lock(input.partner);
      const auth = await authOf(input, records);
      const reasons = [
        ...(partner ? [] : [noPartner(input.partner)]),
        ...("reasons" in auth ? auth.reasons : []),
        ...reasonsAgainstTerms(plane, input, asking.now),
      ];
      if (partner === undefined || "reasons" in auth || reasons.length > 0) return { kind: "refused", reasons };

      const secret = auth.auth.kind === "client_secret" ? newSecret(plane, asking.now) : undefined;
      const client: Client = {
        ...{ id: generateClientId(), partner: partner.id, partnerName: partner.name, environment: input.environment, auth: auth.auth },
        ...{ scopes: canonicalScopes(input.scopes), allowFrom: canonicalNetworks(input.allow_from), apiVersion: input.api_version ?? plane.versions[0] },
        ...{ label: input.label, createdAt: asking.now, expiresAt: momentOf(input.expires_at), suspendedAt: undefined, revokedAt: undefined },
        secrets: secret === undefined ? [] : [secret.stored],
      };
      if ((await records.clients.insert(client)) === "subject-taken")
        return { kind: "refused", reasons: [`Another client is known to this issuer as "${input.subject}".`] };
      if (secret !== undefined) await records.clients.insertSecret(client.id, secret.stored);
      await audit({ verb: clientCreate.name, subject: clientSubject(client.id), before: null, after: clientForAudit(client) });
      return { kind: "done", value: { ...clientToJson(client, asking.now), client_secret: secret?.text ?? null } };
    }),
});

interface AuthGiven {
  readonly auth: ClientAuth["kind"];
  readonly jwks?: unknown;
  readonly jwks_url?: string | undefined;
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
}

async function authOf(
  given: AuthGiven,
  { issuers }: Pick<Records, "issuers">,
): Promise<{ readonly auth: ClientAuth } | { readonly reasons: readonly string[] }> {
  const { auth: kind, jwks, jwks_url: url, issuer, subject } = given;
  const foreign = [
    ...(kind !== "private_key_jwt" && (jwks !== undefined || url !== undefined) ? ["jwks and jwks_url belong to private_key_jwt."] : []),
    ...(kind !== "external_issuer" && (issuer !== undefined || subject !== undefined) ? ["issuer and subject belong to external_issuer."] : []),
  ];
  if (foreign.length > 0) return { reasons: foreign };
  if (kind === "client_secret") return { auth: { kind } };
  if (kind === "private_key_jwt") return publicKeysOf(given);
  if (issuer === undefined || subject === undefined) return { reasons: ["A client of an external issuer needs issuer and subject."] };
  const trusted = (await issuers.list()).some(({ id }) => id === issuer);
  return trusted ? { auth: { kind, issuer, subject } } : { reasons: [`There is no trusted issuer "${issuer}".`] };
}
