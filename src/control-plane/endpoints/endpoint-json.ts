/** Webhook endpoints as operators and partners see them, and the parts of inputs that speak of endpoints. */
import { z } from "zod";
import { type EndpointShown, endpointShown } from "#contract/webhook-endpoints.ts";
import type { WebhookEndpoint } from "./endpoint-records.ts";

export const endpointGiven = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: "The endpoint's id.", examples: ["we_3nVb8Qq2LkX0aZt5"] });

export const endpointShape = endpointShown.extend({
  partner: z.object({ id: z.string(), name: z.string() }),
  environment: z.enum(["live", "test"]),
});

export type EndpointJson = z.output<typeof endpointShape>;

/** `now` in milliseconds since 1970. */
export function endpointToJson(endpoint: WebhookEndpoint, now: number): EndpointJson {
  const secrets = endpoint.secrets.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
  return endpointForAudit({ ...endpoint, secrets });
}

/** What was decided about an endpoint, without what the clock makes of that. */
export function endpointForAudit(endpoint: WebhookEndpoint): EndpointJson {
  const secrets = endpoint.secrets.map(({ id, signs, publicKey, createdAt, expiresAt }): EndpointShown["secrets"][number] => ({
    id,
    signature: signs,
    public_key: publicKey ?? null,
    created_at: iso(createdAt),
    expires_at: isoOrNull(expiresAt),
  }));
  return {
    id: endpoint.id,
    partner: { id: endpoint.partner, name: endpoint.partnerName },
    environment: endpoint.environment,
    url: endpoint.url,
    types: [...endpoint.types],
    api_version: endpoint.apiVersion,
    scopes: [...endpoint.scopes],
    description: endpoint.description ?? null,
    signature: endpoint.signs,
    state: endpoint.state,
    state_reason: endpoint.stateReason ?? null,
    created_at: iso(endpoint.createdAt),
    verified_at: isoOrNull(endpoint.verifiedAt),
    failing_since: isoOrNull(endpoint.failingSince),
    secrets,
    jwks_href: secrets.some(({ public_key: key }) => key !== null) ? webhookKeysPath(endpoint.id) : null,
  };
}

/** Where the public keys of an endpoint are published. */
export function webhookKeysPath(endpoint: string): string {
  return `/.well-known/webhooks/${endpoint}/jwks.json`;
}

/** The subject of an audit record. */
export function endpointSubject(id: string): string {
  return `endpoint ${id}`;
}

export function noEndpoint(id: string): string {
  return `There is no webhook endpoint "${id}".`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : iso(at);
}
