/** The operations that contracts promise, as the edge routes them and documents name them. */

import type { z } from "zod";
import { type CommandKind, type CommandPromise, commandKind } from "./command.ts";
import type { Contract } from "./contract.ts";
import { deliveriesToResend } from "./deliveries.ts";
import { endpointToCreate, endpointToUpdate, eventToTest, nothingToSay, secretToRotate } from "./webhook-endpoints.ts";

interface OperationBase {
  /** Unique and stable: the name of the method in SDKs. */
  readonly id: string;
  /** Path template, `/v1/orders/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly contract: Contract;
}

export interface ReadOperation extends OperationBase {
  readonly kind: "list" | "get";
  readonly method: "GET";
  readonly scope: string;
  /** In units of the caller's limits. */
  readonly cost: number;
}

export interface CommandOperation extends OperationBase {
  readonly kind: "command";
  readonly method: "POST" | "PATCH" | "DELETE";
  readonly scope: string;
  readonly cost: number;
  readonly command: string;
  readonly promise: CommandPromise;
  readonly as: CommandKind;
}

/** Up to 100 commands of a contract in one request; each needs the scope of its own. */
export interface BatchOperation extends OperationBase {
  readonly kind: "batch";
  readonly method: "POST";
  readonly commands: Readonly<Record<string, CommandOperation>>;
}

/** Operations that a contract promises. */
export type ContractOperation = ReadOperation | CommandOperation | BatchOperation;

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

export type Operation = ContractOperation | StatusOperation | AccountOperation | EventsOperation | EndpointOperation;

const statusOperation: StatusOperation = {
  kind: "status",
  id: "getOperation",
  method: "GET",
  path: "/v1/operations/{id}",
  summary: "Get an operation",
};

const accountOperations: readonly AccountOperation[] = [
  { kind: "account", id: "getOwnAccount", method: "GET", path: "/v1/account", summary: "Get your own account", cost: 1 },
  { kind: "account", id: "listOwnKeys", method: "GET", path: "/v1/account/keys", summary: "List your own keys", cost: 1 },
  { kind: "account", id: "listOwnRequests", method: "GET", path: "/v1/account/requests", summary: "List your own requests", cost: 1 },
];

const eventsOperations: readonly EventsOperation[] = [
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

const endpointOperations: readonly EndpointOperation[] = [
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

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function pascal(name: string): string {
  return name
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** The name of a contract's schema in documents and SDKs: `Order`. */
export function schemaName(contract: Contract): string {
  return pascal(contract.singular);
}

export function operationsOf(contract: Contract): readonly ContractOperation[] {
  const { name, singular, reads } = contract;
  const operations: ContractOperation[] = [];
  if (reads.list !== undefined) {
    operations.push({
      id: `list${pascal(name)}`,
      kind: "list",
      method: "GET",
      path: `/v1/${name}`,
      scope: reads.list.scope,
      cost: reads.list.cost ?? 1,
      summary: `List ${words(name)}`,
      contract,
    });
  }
  if (reads.get !== undefined) {
    operations.push({
      id: `get${pascal(singular)}`,
      kind: "get",
      method: "GET",
      path: `/v1/${name}/{id}`,
      scope: reads.get.scope,
      cost: reads.get.cost ?? 1,
      summary: `Get ${one(contract)}`,
      contract,
    });
  }
  const commands = Object.entries(contract.commands).map(([command, promise]) => commandOperation(contract, command, promise));
  operations.push(...commands);
  if (contract.batch) {
    operations.push({
      id: `batch${pascal(name)}`,
      kind: "batch",
      method: "POST",
      path: `/v1/${name}/batch`,
      summary: `Send up to ${maxBatchItems} commands on ${words(name)}`,
      contract,
      commands: Object.fromEntries(commands.map((operation) => [operation.command, operation])),
    });
  }
  return operations;
}

export const maxBatchItems = 100;

function one({ singular }: Contract): string {
  return `${/^[aeiou]/.test(singular) ? "an" : "a"} ${words(singular)}`;
}

function commandOperation(contract: Contract, command: string, promise: CommandPromise): CommandOperation {
  const as = commandKind(promise);
  const { name } = contract;
  const verb = words(command).replace(/^./, (first) => first.toUpperCase());
  return {
    id: `${command.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())}${pascal(contract.singular)}`,
    kind: "command",
    method: as === "update" ? "PATCH" : as === "delete" ? "DELETE" : "POST",
    path: as === "create" ? `/v1/${name}` : as === "action" ? `/v1/${name}/{id}/${command}` : `/v1/${name}/{id}`,
    scope: promise.scope,
    cost: promise.cost ?? 1,
    summary: promise.summary ?? `${verb} ${one(contract)}`,
    contract,
    command,
    promise,
    as,
  };
}

/** Every operation of a gateway with these contracts. */
export function allOperations(contracts: readonly Contract[]): readonly Operation[] {
  const writes = contracts.some((contract) => Object.keys(contract.commands).length > 0);
  return [
    ...contracts.flatMap(operationsOf),
    ...(writes ? [statusOperation] : []),
    ...accountOperations,
    ...(hasEvents(contracts) ? [...eventsOperations, ...endpointOperations] : []),
  ];
}

/** Whether there is anything to be told of. */
export function hasEvents(contracts: readonly Contract[]): boolean {
  return contracts.some(({ events }) => Object.keys(events).length > 0);
}

/** The operations that read. */
export function readsOf(contract: Contract): readonly ReadOperation[] {
  return operationsOf(contract).filter((operation): operation is ReadOperation => operation.kind === "list" || operation.kind === "get");
}
