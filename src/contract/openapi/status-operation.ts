/** Operations in documents: how far something is that did not end with its request. */

import type { OperationState } from "../command-call.ts";
import type { StatusOperation } from "../own-operations.ts";
import type { Components } from "./components.ts";
import { headers } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export const operationsTag = { name: "operations", description: "What did not end with its request, and how far it is." } as const;

const statuses = {
  pending: "It waits for the system behind the API.",
  succeeded: "It was done; `result` is what it made.",
  failed: "It was refused; `refusal` says why.",
  dead_letter: "The system behind the API did not take it up in time. People look at it.",
  not_performed: "It was not done. The request may be sent again with the same key.",
  unknown: "Whether it was done is not known yet. Ask again.",
} as const satisfies Record<OperationState["status"], string>;

export function statusOperation({ id, summary }: StatusOperation): JsonSchema {
  return {
    operationId: id,
    tags: [operationsTag.name],
    summary,
    description: `${operationsTag.description} A key of the partner that began it may look, whatever its scopes. [Operations](/docs/guides/operations) says how to poll.`,
    parameters: [
      {
        name: "id",
        in: "path",
        required: true,
        description: "The id of the operation, as `Location` named it.",
        schema: { type: "string" },
        example: operationExample.id,
      },
      { $ref: "#/components/parameters/ApiVersion" },
    ],
    responses: {
      "200": {
        description: "The operation. `Retry-After` says when it is worth asking again; without it the operation has ended.",
        headers: headers({ "Retry-After": "RetryAfter" }),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Operation" }, example: operationExample } },
      },
      ...errorResponses("status"),
    },
  };
}

const operationExample = {
  id: "op_8s9D0yY0mJ3iM7QkqXbQ2v1nqv0Tq6aB",
  status: "pending",
  command: "reportPayment",
  created_at: "2026-11-24T09:30:00.000Z",
  ended_at: null,
  result: null,
  refusal: null,
};

/** `commands`: the operations that can begin one. */
export function operationComponents(commands: readonly string[]): Components {
  const time = { type: ["string", "null"], format: "date-time" };
  const states = Object.entries(statuses).map(([status, meaning]) => `\`${status}\`: ${meaning}`);
  return {
    Operation: {
      type: "object",
      description: operationsTag.description,
      properties: {
        id: { type: "string", description: "Opaque." },
        status: { type: "string", "x-extensible-enum": Object.keys(statuses), description: `${states.join(" ")} Expect new values.` },
        command: {
          type: ["string", "null"],
          description: "The operation that asked for it.",
          ...(commands.length > 0 && { examples: [commands[0]] }),
        },
        created_at: time,
        ended_at: { ...time, description: "Null until it has ended." },
        result: {
          type: ["object", "null"],
          description: "What it made; null without such.",
          properties: { href: { type: "string", description: "Path of the record." }, id: { type: "string" } },
          required: ["href", "id"],
        },
        refusal: {
          type: ["object", "null"],
          description: "Why it was refused; null unless it was.",
          properties: { code: { type: "string", description: "One of the refusals of its command." }, detail: { type: "string" } },
          required: ["code", "detail"],
        },
      },
      required: ["id", "status", "command", "created_at", "ended_at", "result", "refusal"],
    },
  };
}
