/** Webhook endpoints as partners see them, and what they may say of them: the one description, for validation and documents. */

import { z } from "zod";
import { wire } from "./wire.ts";

export const endpointStates = ["unverified", "active", "suspended", "disabled"] as const;
export const signatureKinds = ["hmac", "ed25519"] as const;

/** Endpoints of a partner in one environment. */
export const maxEndpoints = 50;
const maxTypes = 100;

const url = z.string().meta({
  description: "https only; in the test environment also http to localhost. A name on the public internet, without user, password or fragment.",
  examples: ["https://hooks.example.com/meridian"],
});
const types = z
  .array(z.string().max(100))
  .min(1)
  .max(maxTypes)
  .meta({
    description: "Types of events that it receives; `*` for all that your scopes show, those to come as well.",
    examples: [["order.shipped", "order.placed"]],
  });
const apiVersion = z.string().max(20).meta({ description: "The version that events are shown in; that of your key without it.", format: "date" });
const description = z
  .string()
  .max(500)
  .regex(/^\P{Cc}*$/u, "Takes text without control characters.")
  .meta({ examples: ["Orders into our warehouse system"] });
const signature = z
  .enum(signatureKinds)
  .meta({ description: "`hmac`: `v1`, by a secret that both of us have. `ed25519`: `v1a`, which you check with a public key." });

export const endpointToCreate = z.object({
  url,
  types,
  api_version: apiVersion.optional(),
  description: description.optional(),
  signature: signature.default("hmac"),
});

export const endpointToUpdate = z.object({
  url: url.optional(),
  types: types.optional(),
  api_version: apiVersion.optional(),
  description: description.nullable().optional(),
});

const usualOverlapSeconds = 72 * 3_600;
const longestOverlapSeconds = 30 * 86_400;

export const secretToRotate = z.object({
  overlap_seconds: z
    .int()
    .min(0)
    .max(longestOverlapSeconds)
    .default(usualOverlapSeconds)
    .meta({ description: "How long webhooks are signed by the secret of before as well: 72 hours without it; 0 ends it now." }),
  signature: signature.optional().meta({ description: "The kind of the new secret; that of before without it." }),
});

export const eventToTest = z.object({
  type: z.string().max(100).optional().meta({ description: "The type of the event that is sent; the first that the endpoint receives without it." }),
});

export const nothingToSay = z.object({});

const time = wire.dateTime();

const endpointSecretShown = z.object({
  id: wire.id(),
  signature: z.enum(signatureKinds),
  public_key: z.string().nullable().meta({ description: "Of `ed25519`: `whpk_` and 32 bytes in base64. Null of `hmac`." }),
  created_at: time,
  expires_at: time.nullable().meta({ description: "Until when webhooks are signed by it beside the newer one; null: not limited." }),
});

export const endpointShown = z.object({
  id: wire.id(),
  url: z.string(),
  types: z.array(z.string()),
  api_version: z.string().meta({ format: "date" }),
  scopes: z.array(z.string()).meta({ description: "Of the credential that made it: events show what these may read." }),
  description: z.string().nullable(),
  signature: z.enum(signatureKinds),
  state: z.enum(endpointStates).meta({
    description:
      "`unverified`: it has not answered its challenge, and is sent nothing. `disabled`: by the gateway, since it did not answer for long, or with 410. While `suspended` or `disabled`, its events are held.",
  }),
  state_reason: z.string().nullable().meta({ description: "Why it is in that state; null where nobody said." }),
  created_at: time,
  verified_at: time.nullable().meta({ description: "When its URL answered a challenge; null: it has to." }),
  failing_since: time.nullable().meta({ description: "Since when every attempt has failed; null: the last one did not." }),
  secrets: z.array(endpointSecretShown).meta({ description: "Those that webhooks are signed by, newest first." }),
  jwks_href: z.string().nullable().meta({ description: "Of `ed25519`: the path of the public keys as a JWK Set (RFC 7517)." }),
});

export type EndpointShown = z.output<typeof endpointShown>;

const secret = z
  .string()
  .nullable()
  .meta({ description: "Shown only here: `whsec_` and 32 bytes in base64. Null of `ed25519`, whose public key is among `secrets`." });

export const endpointWithSecret = endpointShown.extend({ secret });

const webhookSent = z.object({
  delivered: z.boolean().meta({ description: "Whether it was answered with a 2xx status in time." }),
  status: z.int().nullable().meta({ description: "Of the answer; null without one." }),
  ms: z.number().meta({ description: "Milliseconds that it took." }),
  failure: z
    .enum(["address", "connect", "tls", "reset", "timeout", "invalid-answer"])
    .nullable()
    .meta({ description: "Why there was no answer; null where there was one." }),
  detail: z.string().nullable().meta({ description: "The same in a sentence." }),
  answer: z.string().nullable().meta({ description: "The first 64 KB of the answer's body, as text." }),
  truncated: z.boolean().meta({ description: "Whether there was more." }),
});

export const eventTested = webhookSent.extend({
  event: z.record(z.string(), z.unknown()).meta({ description: "What was sent: an example, with `test` true." }),
});
