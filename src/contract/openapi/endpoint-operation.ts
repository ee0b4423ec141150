/** A partner's webhook endpoints in documents. */

import { deliveriesResent, deliveryShown, deliveryStates, deliveryWithAttempts } from "../deliveries.ts";
import type { EndpointOperation } from "../own-operations.ts";
import { endpointShown, endpointWithSecret, eventTested, maxEndpoints } from "../webhook-endpoints.ts";
import { pascal } from "./command-operation.ts";
import { type Components, extract } from "./components.ts";
import { costInWords } from "./cost.ts";
import { headers } from "./headers.ts";
import { inputSchema } from "./input-schema.ts";
import { type JsonSchema, outputSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export const endpointsTag = { name: "webhook-endpoints", description: "Where you receive events, signed, as they are recorded." } as const;

/** Of the ways in which these operations can fail. */
export function endpointFailure({ action, method }: EndpointOperation) {
  if (action === "list-deliveries") return "delivery-list" as const;
  if (action === "resend-delivery" || action === "skip-delivery") return "delivery-action" as const;
  if (method === "GET") return action === "list" ? ("endpoint-list" as const) : ("endpoint-get" as const);
  if (action === "create") return "endpoint-create" as const;
  return method === "POST" ? ("endpoint-action" as const) : ("endpoint-change" as const);
}

export function endpointOperation(operation: EndpointOperation): JsonSchema {
  const { id, action, method, input, scope, cost } = operation;
  const takes = Object.keys(input.shape).length > 0;
  return {
    operationId: id,
    tags: [endpointsTag.name],
    summary: operation.summary,
    description: [descriptions[action], `Needs the scope \`${scope}\`. [Webhooks](/docs/guides/webhooks) tells all of it.`, ...costInWords(cost)].join("\n\n"),
    "x-scope": scope,
    "x-cost": cost,
    parameters: [
      ...(operation.path.includes("{id}") ? [idParameter] : []),
      ...(operation.path.includes("{event}") ? [eventParameter] : []),
      ...(action === "list-deliveries" ? listParameters : []),
      ...(method === "GET" ? [] : [{ $ref: `#/components/parameters/${method === "POST" ? "IdempotencyKeyRequired" : "IdempotencyKey"}` }]),
      { $ref: "#/components/parameters/ApiVersion" },
    ],
    ...(takes && {
      requestBody: {
        required: !input.safeParse({}).success,
        content: { "application/json": { schema: { $ref: `#/components/schemas/${pascal(id)}Input` }, example: examples[action] ?? {} } },
      },
    }),
    responses: { ...success(operation), ...errorResponses(endpointFailure(operation)) },
  };
}

const descriptions: Readonly<Record<EndpointOperation["action"], string>> = {
  list: "All you have in the environment of the key that asks, newest first.",
  create: `It is \`unverified\` and is sent nothing, until it has answered a challenge. It sees what your key may read now. Its secret is in this answer and nowhere else. You have up to ${maxEndpoints} in each environment.`,
  show: "As it stands now.",
  update: "Members that are left out stay as they are. Another URL has to answer a challenge first: what happens until then is held.",
  delete: "It is sent nothing more, and what was held for it neither. Its secrets are forgotten.",
  verify:
    'Sends it an event of the type `webhook_endpoint.challenge`, signed like every webhook. Its answer has to be 2xx and JSON, `{"challenge": "…"}`, with the text of `data.challenge`. Then it is `active`.',
  test: "Sends it an example of an event, signed as events are and marked by `test`, and tells what it answered. The example is in no log.",
  "rotate-secret": "The new secret is in this answer and nowhere else. Until the one of before ends, webhooks carry the signatures of both.",
  suspend: "It is sent nothing; what happens is held, and sent when it is resumed.",
  "list-deliveries": "Newest first: what became of each event that was recorded for the endpoint. A page may be followed by one with nothing on it.",
  "show-delivery": "With every attempt: when it was made, how long it took, and what the endpoint answered.",
  "resend-delivery":
    "Whatever became of it before: the same bytes under the same `webhook-id`. Retries begin anew. Later events of the same thing that have not been sent wait for it.",
  "skip-delivery": "It is not sent any more, and later events of the same thing no longer wait for it.",
  "resend-deliveries":
    "All that match, oldest first, each as if it were sent again by itself; the answer says how many. Sent again with the same Idempotency-Key, it sends what matches then.",
  resume: "Sends what was held, in order, at a rate that grows; also to an endpoint that was disabled since it did not answer.",
};

const examples: Partial<Readonly<Record<EndpointOperation["action"], JsonSchema>>> = {
  create: { url: "https://hooks.example.com/meridian", types: ["*"], description: "Orders into our warehouse system" },
  update: { description: "Orders into our new warehouse system" },
  "rotate-secret": { overlap_seconds: 86_400 },
};

const idParameter: JsonSchema = {
  name: "id",
  in: "path",
  required: true,
  description: "The id of the endpoint.",
  schema: { type: "string" },
  example: "we_3nVb8Qq2LkX0aZt5",
};

const eventParameter: JsonSchema = {
  name: "event",
  in: "path",
  required: true,
  description: "The id of the event.",
  schema: { type: "string" },
  example: "evt_5QeW8nH2LkX0aZt5Vb3qJ1",
};

const listParameters: readonly JsonSchema[] = [
  {
    name: "state",
    in: "query",
    description: `One or more of ${deliveryStates.join(", ")}, separated by commas.`,
    schema: { type: "string" },
    example: "dead,held",
  },
  { name: "type", in: "query", description: "Types of events, separated by commas.", schema: { type: "string" }, example: "order.shipped" },
  { name: "since", in: "query", description: "Of events recorded from then on.", schema: { type: "string", format: "date-time" } },
  { name: "until", in: "query", description: "Of events recorded before then.", schema: { type: "string", format: "date-time" } },
  { $ref: "#/components/parameters/Limit" },
  { $ref: "#/components/parameters/Cursor" },
];

const schemas = {
  "list-deliveries": "WebhookDeliveryPage",
  "show-delivery": "WebhookDeliveryWithAttempts",
  "resend-delivery": "WebhookDelivery",
  "skip-delivery": "WebhookDelivery",
  "resend-deliveries": "WebhookDeliveriesResent",
  list: "WebhookEndpointPage",
  create: "WebhookEndpointWithSecret",
  "rotate-secret": "WebhookEndpointWithSecret",
  test: "WebhookTest",
} as const;

const told = {
  list: "Your endpoints.",
  test: "What came of it.",
  "list-deliveries": "A page of deliveries.",
  "show-delivery": "The delivery as it stands now.",
  "resend-delivery": "The delivery as it stands now.",
  "skip-delivery": "The delivery as it stands now.",
  "resend-deliveries": "How many are sent again.",
} as const;

function success({ action, method }: EndpointOperation): JsonSchema {
  const replayed = method === "GET" ? {} : ({ "Idempotency-Replayed": "IdempotencyReplayed" } as const);
  if (action === "delete") return { "204": { description: "It is gone.", headers: headers(replayed) } };
  const schema = Object.hasOwn(schemas, action) ? Reflect.get(schemas, action) : "WebhookEndpoint";
  const content = { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
  if (action === "create") return { "201": { description: "It is made.", headers: headers({ Location: "Location", ...replayed }), content } };
  return {
    "200": {
      description: Object.hasOwn(told, action) ? Reflect.get(told, action) : "The endpoint as it stands now.",
      headers: headers(replayed),
      content,
    },
  };
}

export function endpointComponents(operations: readonly EndpointOperation[]): Components {
  const components: Components = {};
  components["WebhookEndpoint"] = extract("WebhookEndpoint", outputSchema(endpointShown), components);
  components["WebhookEndpointWithSecret"] = extract("WebhookEndpoint", outputSchema(endpointWithSecret), components);
  components["WebhookEndpointPage"] = {
    type: "object",
    properties: {
      data: { type: "array", items: { $ref: "#/components/schemas/WebhookEndpoint" } },
      next_cursor: { type: "null", description: "There is one page only." },
    },
    required: ["data", "next_cursor"],
  };
  components["WebhookDelivery"] = extract("WebhookDelivery", outputSchema(deliveryShown), components);
  components["WebhookDeliveryWithAttempts"] = extract("WebhookDelivery", outputSchema(deliveryWithAttempts), components);
  components["WebhookDeliveryPage"] = {
    type: "object",
    properties: {
      data: { type: "array", items: { $ref: "#/components/schemas/WebhookDelivery" } },
      next_cursor: { type: ["string", "null"], description: "The `cursor` of the next page; null on the last one." },
    },
    required: ["data", "next_cursor"],
  };
  components["WebhookDeliveriesResent"] = outputSchema(deliveriesResent);
  components["WebhookTest"] = outputSchema(eventTested);
  for (const { id, input } of operations) if (Object.keys(input.shape).length > 0) components[`${pascal(id)}Input`] = inputSchema(input);
  return components;
}
