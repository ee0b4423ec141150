/** Makes a webhook endpoint of a partner; its secret is in the answer and nowhere else. */
import { z } from "zod";
import { expandScope } from "#contract/scope.ts";
import { endpointToCreate, maxEndpoints } from "#contract/webhook-endpoints.ts";
import { randomBase62 } from "#lib/base62.ts";
import { keyGiven, scopesGiven } from "../api-keys/key-json.ts";
import { canonicalScopes, reasonsAgainstTerms } from "../api-keys/terms.ts";
import type { ControlPlane } from "../control-plane.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { endpointForAudit, endpointShape, endpointSubject, endpointToJson } from "./endpoint-json.ts";
import type { WebhookEndpoint } from "./endpoint-records.ts";
import { makeSecret } from "./secret.ts";
import { canonicalTypes, errorsAgainstEndpoint } from "./terms.ts";

export const endpointCreate = defineVerb({
  name: "endpoint.create",
  summary: "Make a webhook endpoint of a partner; its secret is shown once",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints",
  input: endpointToCreate.extend({
    partner: partnerGiven,
    environment: z.enum(["live", "test"]),
    scopes: scopesGiven.optional().meta({ description: "What its events may show; instead of them, `key`." }),
    key: keyGiven.optional().meta({ description: "A key of the partner: its scopes are taken, and its version where none is named." }),
  }),
  output: endpointShape.extend({ secret: z.string().nullable().meta({ description: "Shown only here; null of ed25519." }) }),
  shownOnce: "secret",
  run: async (plane, input, asking) => {
    const partner = await plane.records.partners.find(input.partner);
    if (partner === undefined) return { kind: "refused", reasons: [noPartner(input.partner)] };
    const terms = await termsGiven(plane, partner.id, input, asking.now);
    if ("reasons" in terms) return { kind: "refused", reasons: terms.reasons };
    const errors = await errorsAgainstEndpoint(plane, input.environment, new Set(terms.scopes), { ...input, api_version: terms.version });
    if (errors.length > 0)
      return { kind: "refused", reasons: errors.map(({ pointer, detail }) => `${pointer}: ${detail}`), problem: { code: "invalid-endpoint", errors } };

    return plane.change(asking, async ({ records, audit }) => {
      // Locked, so that of many at once none is one too many.
      await records.partners.lock(partner.id);
      if ((await records.endpoints.count(partner.id, input.environment)) >= maxEndpoints)
        return { kind: "refused", reasons: [`A partner has at most ${maxEndpoints} endpoints in an environment.`], problem: { code: "too-many-endpoints" } };
      const secret = makeSecret(plane, input.signature, asking.now);
      const endpoint: WebhookEndpoint = {
        ...{ id: `we_${randomBase62(16)}`, partner: partner.id, partnerName: partner.name, environment: input.environment },
        ...{ url: new URL(input.url).href, types: canonicalTypes(input.types), apiVersion: terms.version, scopes: terms.scopes },
        ...{ description: input.description, signs: input.signature, state: "unverified", stateReason: undefined },
        ...{ createdAt: asking.now, verifiedAt: undefined, failingSince: undefined, secrets: [secret.stored] },
      };
      await records.endpoints.insert(endpoint);
      await records.endpoints.insertSecret(endpoint.id, secret.stored, secret.sealed);
      await audit({ verb: endpointCreate.name, subject: endpointSubject(endpoint.id), before: null, after: endpointForAudit(endpoint) });
      return { kind: "done", value: { ...endpointToJson(endpoint, asking.now), secret: secret.shown ?? null } };
    });
  },
});

interface ScopesGiven {
  readonly environment: "live" | "test";
  readonly scopes?: readonly string[] | undefined;
  readonly key?: string | undefined;
  readonly api_version?: string | undefined;
}

/** Scopes and version of the endpoint: those that are named, or those of a key. */
async function termsGiven(
  { records, versions, knownScopes }: ControlPlane,
  partner: string,
  { environment, scopes, key: kid, api_version: version }: ScopesGiven,
  now: number,
): Promise<{ readonly scopes: readonly string[]; readonly version: string } | { readonly reasons: readonly string[] }> {
  if ((scopes === undefined) === (kid === undefined)) return { reasons: ["An endpoint takes scopes, or those of a key: name one of the two."] };
  if (kid !== undefined) {
    const key = await records.keys.find(kid);
    if (key === undefined || key.partner !== partner || key.environment !== environment)
      return { reasons: ["The partner has no such key in this environment."] };
    return { scopes: expanded(key.scopes, knownScopes), version: version ?? key.apiVersion };
  }
  const reasons = reasonsAgainstTerms({ knownScopes, versions }, { scopes }, now);
  return reasons.length > 0 ? { reasons } : { scopes: expanded(scopes ?? [], knownScopes), version: version ?? versions[0] };
}

/** Wildcards written out as they are now: what is declared later is nothing that anybody granted to the endpoint. */
function expanded(scopes: readonly string[], known: ReadonlySet<string>): readonly string[] {
  return canonicalScopes(scopes.flatMap((scope) => expandScope(scope, known)));
}
