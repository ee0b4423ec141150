/** Events of the gateway's own things, which every gateway has whatever its resources are. */

import { z } from "zod";
import { wire } from "./wire.ts";

/** What is told of a webhook endpoint. */
const endpointShown = z.object({
  id: wire.id(),
  url: z.string(),
  description: z.string().nullable(),
  state: z.enum(["active", "suspended", "disabled"]),
  state_reason: z.string().nullable().meta({ description: "Why it is in that state; null where nobody said." }),
  failing_since: wire.dateTime().nullable().meta({ description: "Since when every attempt failed; null while they do not." }),
});

export type EndpointShown = z.output<typeof endpointShown>;

interface OwnThing {
  /** Names the schema in documents. */
  readonly schemaName: string;
  readonly scope: string;
  readonly model: z.ZodObject;
  readonly summary: string;
  readonly example: Readonly<Record<string, unknown>>;
}

const endpointExample: EndpointShown = {
  id: "we_3nVb8Qq2LkX0aZt5",
  url: "https://hooks.example.com/meridian",
  description: "Orders into our warehouse system",
  state: "disabled",
  state_reason: "Every attempt has failed for three days.",
  failing_since: "2026-11-21T09:30:00.000Z",
};

/** By the name that `resource` of their events has. */
export const ownThings = {
  webhook_endpoints: {
    schemaName: "WebhookEndpointState",
    scope: "webhooks:read",
    model: endpointShown,
    summary: "A webhook endpoint, as far as its events tell of it.",
    example: endpointExample,
  },
} as const satisfies Readonly<Record<string, OwnThing>>;

export type OwnResource = keyof typeof ownThings;

/** Types, and what each means. */
export const ownEvents = {
  "webhook_endpoint.failing": { resource: "webhook_endpoints", summary: "Every attempt to reach a webhook endpoint of yours has failed for an hour." },
  "webhook_endpoint.disabled": { resource: "webhook_endpoints", summary: "A webhook endpoint of yours was disabled. What happens from now on is held for it." },
  "webhook_endpoint.resumed": { resource: "webhook_endpoints", summary: "A webhook endpoint of yours is sent events again, what was held for it first." },
} as const satisfies Readonly<Record<string, { readonly resource: OwnResource; readonly summary: string }>>;

export type OwnEventType = keyof typeof ownEvents;
