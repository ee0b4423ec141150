/** What the control plane needs to deal with webhook endpoints: which events a gateway has, and the guarded way to receivers. */

import { type EventBodies, type EventReader, eventBodies } from "#contract/event-bodies.ts";
import { exampleStates } from "#contract/example-states.ts";
import type { WebhookWays } from "#control-plane/endpoints/webhook-ways.ts";
import { tellOwners } from "#events/deliver/tell-owners.ts";
import type { TellOfEndpoint } from "#events/delivery-records.ts";
import { fanOutOf } from "#events/render.ts";
import type { Guard } from "#events/send/guard.ts";
import type { SendWebhook } from "#events/webhook-request.ts";
import type { GatewayDefinition } from "./project.ts";

export interface WebhookWaysParts {
  readonly guard: Guard;
  readonly send: SendWebhook;
}

export function webhookWays({ contracts }: Pick<GatewayDefinition, "contracts">, { guard, send }: WebhookWaysParts): WebhookWays {
  const bodies = eventBodies(contracts, (error) => {
    throw error;
  });
  return {
    types: new Set(bodies.kinds.keys()),
    lacking: (scopes, type) => bodies.lacking(scopes, type) ?? [],
    example: (type, reader, event) => exampleOf(bodies, type, reader, event),
    vet: guard,
    send,
  };
}

/** Numbered 0, which no event is. */
function exampleOf(bodies: EventBodies, type: string, reader: EventReader, { id, at }: { readonly id: string; readonly at: number }): string {
  const kind = bodies.kinds.get(type);
  const view = bodies.view(reader, type);
  if (kind === undefined || view === undefined) throw new Error(`the reader sees no events of ${type}`);
  const example = kind.shape.example;
  const states = example === undefined ? { data: null, previous: null } : exampleStates(kind, example);
  const resourceId = typeof example?.["id"] === "string" ? example["id"] : "example";
  const origin = kind.contract === undefined ? "gateway" : "erp";
  return bodies.text({ id, type, seq: 0, occurredAt: at, recordedAt: at, resource: kind.shape.name, resourceId, entitySeq: 0, origin, ...states }, view);
}

/** Tells partners of their endpoints. `now` in milliseconds since 1970. */
export function endpointTeller({ contracts }: Pick<GatewayDefinition, "contracts">, now: () => number): TellOfEndpoint {
  const bodies = eventBodies(contracts, (error) => {
    throw error;
  });
  return tellOwners(fanOutOf(bodies), now);
}
