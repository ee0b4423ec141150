/** The operations of the gateway's own, whatever the contracts: on requests, callers, events and webhook endpoints. */

import type { z } from "zod";
import { deliveriesToResend } from "./deliveries.ts";
import { endpointToCreate, endpointToUpdate, eventToTest, nothingToSay, secretToRotate } from "./webhook-endpoints.ts";

/** Looks at what did not end with its request. Whoever began it may look. */
export interface StatusOperation {
  readonly kind: "status";
  readonly id: "getOperation";
  readonly method: "GET";
  readonly path: "/v1/operations/{id}";
  readonly summary: string;
}

/** Tells the caller of itself: its own credential, keys and requests. Any valid credential may. */
export interface AccountOperation {
  readonly kind: "account";
  readonly id: "getOwnAccount" | "listOwnKeys" | "listOwnRequests";
  readonly method: "GET";
  readonly path: "/v1/account" | "/v1/account/keys" | "/v1/account/requests";
  readonly summary: string;
  readonly cost: number;
}

/** Reads the event log of the caller's partner. */
export interface EventsOperation {
  readonly kind: "events";
  readonly id: "listEvents" | "getEvent";
  readonly method: "GET";
  readonly path: "/v1/events" | "/v1/events/{id}";
  readonly summary: string;
  readonly scope: "events:read";
  readonly cost: number;
}

export type EndpointAction = "list" | "create" | "show" | "update" | "delete" | "verify" | "test" | "rotate-secret" | "suspend" | "resume" | DeliveryAction;

/** What partners do with deliveries to one of their endpoints. */
export type DeliveryAction = "list-deliveries" | "show-delivery" | "resend-delivery" | "skip-delivery" | "resend-deliveries";

/** What partners do with their own webhook endpoints. */
export interface EndpointOperation {
  readonly kind: "endpoint";
  readonly id: string;
  readonly action: EndpointAction;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly summary: string;
  readonly scope: "webhooks:read" | "webhooks:write";
  readonly cost: number;
  /** Of the body; one that takes nothing may be sent without. */
  readonly input: z.ZodObject;
}

export const statusOperation: StatusOperation = {
  kind: "status",
  id: "getOperation",
  method: "GET",
  path: "/v1/operations/{id}",
  summary: "Get an operation",
};

export const accountOperations: readonly AccountOperation[] = [
  { kind: "account", id: "getOwnAccount", method: "GET", path: "/v1/account", summary: "Get your own account", cost: 1 },
  { kind: "account", id: "listOwnKeys", method: "GET", path: "/v1/account/keys", summary: "List your own keys", cost: 1 },
  { kind: "account", id: "listOwnRequests", method: "GET", path: "/v1/account/requests", summary: "List your own requests", cost: 1 },
];

export const eventsOperations: readonly EventsOperation[] = [
  { kind: "events", id: "listEvents", method: "GET", path: "/v1/events", summary: "List events", scope: "events:read", cost: 1 },
  { kind: "events", id: "getEvent", method: "GET", path: "/v1/events/{id}", summary: "Get an event", scope: "events:read", cost: 1 },
];

const endpoints = "/v1/webhook-endpoints";
const endpoint = `${endpoints}/{id}`;
const deliveries = `${endpoint}/deliveries`;
const delivery = `${deliveries}/{event}`;
const readsEndpoints = { kind: "endpoint", method: "GET", scope: "webhooks:read", cost: 1, input: nothingToSay } as const;
const writesEndpoints = { kind: "endpoint", method: "POST", scope: "webhooks:write", cost: 1, input: nothingToSay } as const;
/** Of those that send something to the receiver while the caller waits. */
const sends = { ...writesEndpoints, cost: 5 } as const;

export const endpointOperations: readonly EndpointOperation[] = [
  { ...readsEndpoints, id: "listWebhookEndpoints", action: "list", path: endpoints, summary: "List webhook endpoints" },
  { ...writesEndpoints, id: "createWebhookEndpoint", action: "create", path: endpoints, summary: "Create a webhook endpoint", input: endpointToCreate },
  { ...readsEndpoints, id: "getWebhookEndpoint", action: "show", path: endpoint, summary: "Get a webhook endpoint" },
  {
    ...writesEndpoints,
    id: "updateWebhookEndpoint",
    action: "update",
    method: "PATCH",
    path: endpoint,
    summary: "Update a webhook endpoint",
    input: endpointToUpdate,
  },
  { ...writesEndpoints, id: "deleteWebhookEndpoint", action: "delete", method: "DELETE", path: endpoint, summary: "Delete a webhook endpoint" },
  { ...sends, id: "verifyWebhookEndpoint", action: "verify", path: `${endpoint}/verify`, summary: "Verify a webhook endpoint" },
  { ...sends, id: "testWebhookEndpoint", action: "test", path: `${endpoint}/test`, summary: "Send a test to a webhook endpoint", input: eventToTest },
  {
    ...writesEndpoints,
    id: "rotateWebhookEndpointSecret",
    action: "rotate-secret",
    path: `${endpoint}/rotate-secret`,
    summary: "Rotate the secret of a webhook endpoint",
    input: secretToRotate,
  },
  { ...writesEndpoints, id: "suspendWebhookEndpoint", action: "suspend", path: `${endpoint}/suspend`, summary: "Suspend a webhook endpoint" },
  { ...writesEndpoints, id: "resumeWebhookEndpoint", action: "resume", path: `${endpoint}/resume`, summary: "Resume a webhook endpoint" },
  { ...readsEndpoints, id: "listWebhookDeliveries", action: "list-deliveries", path: deliveries, summary: "List deliveries to a webhook endpoint" },
  { ...readsEndpoints, id: "getWebhookDelivery", action: "show-delivery", path: delivery, summary: "Get a delivery with its attempts" },
  { ...writesEndpoints, id: "resendWebhookDelivery", action: "resend-delivery", path: `${delivery}/resend`, summary: "Send a delivery again" },
  { ...writesEndpoints, id: "skipWebhookDelivery", action: "skip-delivery", path: `${delivery}/skip`, summary: "Pass over a delivery" },
  {
    ...writesEndpoints,
    id: "resendWebhookDeliveries",
    action: "resend-deliveries",
    path: `${deliveries}/resend`,
    summary: "Send many deliveries again",
    input: deliveriesToResend,
    cost: 10,
  },
];

/** Names under `/v1` that are the gateway's own: no resource can have them. */
export const ownNames: readonly string[] = ["operations", "account", "events", "webhook-endpoints"];
