/** A partner's webhook endpoints in documents. */

import type { EndpointOperation } from "../operations.ts";
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

const schemas = {
  list: "WebhookEndpointPage",
  create: "WebhookEndpointWithSecret",
  "rotate-secret": "WebhookEndpointWithSecret",
  test: "WebhookTest",
} as const;

function success({ action, method }: EndpointOperation): JsonSchema {
  const replayed = method === "GET" ? {} : ({ "Idempotency-Replayed": "IdempotencyReplayed" } as const);
  if (action === "delete") return { "204": { description: "It is gone.", headers: headers(replayed) } };
  const schema = Object.hasOwn(schemas, action) ? Reflect.get(schemas, action) : "WebhookEndpoint";
  const content = { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } };
  if (action === "create") return { "201": { description: "It is made.", headers: headers({ Location: "Location", ...replayed }), content } };
  return {
    "200": {
      description: action === "list" ? "Your endpoints." : action === "test" ? "What came of it." : "The endpoint as it stands now.",
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
  components["WebhookTest"] = outputSchema(eventTested);
  for (const { id, input } of operations) if (Object.keys(input.shape).length > 0) components[`${pascal(id)}Input`] = inputSchema(input);
  return components;
}
