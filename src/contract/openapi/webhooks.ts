/** The webhooks of a document: what is sent to partners, and how it is signed. */

import type { EventKind } from "../event-kinds.ts";
import { type DocumentedEvents, exampleOf } from "./documented-events.ts";
import { eventSchemaName } from "./event-schemas.ts";
import { eventsTag } from "./events-operation.ts";
import type { JsonSchema } from "./json-schema.ts";

/** The webhooks of a document (OpenAPI 3.1): one for each type. */
export function webhooksOf(events: DocumentedEvents): JsonSchema {
  return Object.fromEntries([...events.bodies.kinds.values()].map((kind) => [kind.type, { post: webhook(kind, events) }]));
}

function webhook(kind: EventKind, events: DocumentedEvents): JsonSchema {
  const example = exampleOf(kind, events);
  const header = (name: string, description: string, shown: string): JsonSchema => ({
    name,
    in: "header",
    required: true,
    description,
    schema: { type: "string" },
    example: shown,
  });
  return {
    operationId: `on${eventSchemaName(kind.type).replace(/Event$/, "")}`,
    tags: [kind.contract === undefined ? eventsTag.name : kind.shape.name],
    summary: kind.type,
    description: `${kind.summary} Sent to your webhook endpoints that want this type, signed as Standard Webhooks says. [Webhooks](/docs/guides/webhooks) says how to verify it, and what to answer.`,
    "x-scopes": kind.scopes,
    security: [],
    parameters: [
      header("webhook-id", "The event's `id`, the same at every attempt.", String(example?.["id"] ?? "")),
      header("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse what is older than five minutes.", "1795512603"),
      header(
        "webhook-signature",
        "Signatures of `id.timestamp.body`, separated by blanks: `v1,` and an HMAC-SHA256 in base64, or `v1a,` and an ed25519 signature. One that fits is enough.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
      ),
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { $ref: `#/components/schemas/${eventSchemaName(kind.type)}` }, ...(example !== undefined && { example }) },
      },
    },
    responses: {
      "2XX": {
        description:
          "You have it. Anything else, and no answer within 15 seconds, means that it is sent again later; `410` that nothing shall be sent any more.",
      },
    },
  };
}
