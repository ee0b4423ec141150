/** Batches in documents: the items that one takes, and what it says of each. */

import { needsIfMatch } from "../command.ts";
import { type BatchOperation, type CommandOperation, maxBatchItems, schemaName } from "../operations.ts";
import { inputName, pascal, resultSchema } from "./command-operation.ts";
import type { Components } from "./components.ts";
import { headers } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export function batchOperation(operation: BatchOperation): JsonSchema {
  const { contract, commands } = operation;
  const name = schemaName(contract);
  const scopes = [...new Set(Object.values(commands).map(({ scope }) => scope))];
  const example = exampleOf(operation);
  return {
    operationId: operation.id,
    tags: [contract.name],
    summary: operation.summary,
    description: [
      `Carries out up to ${maxBatchItems} commands one after the other, each with an \`idempotency_key\` of its own and on its own: one that fails stops no other. ` +
        "The answer says of each what a request of its own would have been answered, so a batch can be repeated as a whole. [Batches](/docs/guides/batches) says how.",
      `Each item needs the scope of its command (${scopes.map((scope) => `\`${scope}\``).join(", ")}), and costs what its command does.`,
    ].join("\n\n"),
    "x-scope": scopes.join(" "),
    parameters: [{ $ref: "#/components/parameters/ApiVersion" }],
    requestBody: {
      required: true,
      content: { "application/json": { schema: { $ref: `#/components/schemas/${name}Batch` }, ...(example !== undefined && { example }) } },
    },
    responses: {
      "200": {
        description: "What happened to each item, in their order. Look at `summary.failed`: this status says nothing about the items.",
        headers: headers(),
        content: { "application/json": { schema: { $ref: `#/components/schemas/${name}BatchResult` } } },
      },
      ...errorResponses("batch"),
    },
  };
}

export function batchComponents({ contract, commands }: BatchOperation): Components {
  const name = schemaName(contract);
  const items = Object.values(commands).map((command) => [itemName(command), itemSchema(command)] as const);
  const byCommand = Object.values(commands).map((command) => [command.command, `#/components/schemas/${itemName(command)}`]);
  return {
    ...Object.fromEntries(items),
    [`${name}Batch`]: {
      type: "object",
      properties: {
        items: {
          type: "array",
          minItems: 1,
          maxItems: maxBatchItems,
          items: {
            oneOf: items.map(([item]) => ({ $ref: `#/components/schemas/${item}` })),
            discriminator: { propertyName: "command", mapping: Object.fromEntries(byCommand) },
          },
        },
      },
      required: ["items"],
      additionalProperties: false,
    },
    [`${name}BatchResult`]: resultOf(Object.values(commands)),
  };
}

function itemName({ id }: CommandOperation): string {
  return `${pascal(id)}Item`;
}

function itemSchema(operation: CommandOperation): JsonSchema {
  const { command, as, promise, summary } = operation;
  const { input } = promise;
  const isOnOne = as !== "create";
  const needsBody = input !== undefined && !input.safeParse({}).success;
  return {
    type: "object",
    description: `${summary}.`,
    properties: {
      command: { type: "string", const: command },
      ...(isOnOne && { id: { type: "string", description: "The thing it works on." } }),
      idempotency_key: { type: "string", description: "As the header Idempotency-Key; new for each item." },
      ...(isOnOne && { if_match: { type: "string", description: "As the header If-Match, quotes included." } }),
      ...(input !== undefined && { body: { $ref: `#/components/schemas/${inputName(operation)}` } }),
    },
    required: [
      "command",
      ...(isOnOne ? ["id"] : []),
      "idempotency_key",
      ...(isOnOne && needsIfMatch(promise) ? ["if_match"] : []),
      ...(needsBody ? ["body"] : []),
    ],
    additionalProperties: false,
  };
}

function resultOf(commands: readonly CommandOperation[]): JsonSchema {
  const [first] = commands;
  const results = commands.some(({ promise, as }) => promise.answers === undefined && as !== "delete") && first ? [resultSchema(first.contract)] : [];
  const bodies = [
    ...results.flatMap((schema) => (Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [schema])),
    ...(commands.some(({ promise }) => promise.answers === "operation") ? [{ $ref: "#/components/schemas/Operation" }] : []),
    { $ref: "#/components/schemas/Problem" },
    ...(commands.some(({ as }) => as === "delete") ? [{ type: "null" }] : []),
  ];
  const count = (description: string): JsonSchema => ({ type: "integer", description });
  return {
    type: "object",
    properties: {
      summary: {
        type: "object",
        properties: {
          total: count("Items sent."),
          succeeded: count("With a status below 400, replays included."),
          failed: count("With a status from 400 on."),
          replayed: count("Done by an earlier request: their first answer again."),
        },
        required: ["total", "succeeded", "failed", "replayed"],
      },
      results: {
        type: "array",
        description: "One per item, in their order.",
        items: {
          type: "object",
          properties: {
            status: { type: "integer" },
            headers: { type: "object", description: "Such as ETag and Location.", additionalProperties: { type: "string" } },
            body: { anyOf: bodies },
          },
          required: ["status", "headers", "body"],
        },
      },
    },
    required: ["summary", "results"],
  };
}

/** An item of each command that has an example. */
function exampleOf({ contract, commands }: BatchOperation): unknown {
  const items = Object.values(commands).flatMap((operation, at) => {
    const { command, as, promise } = operation;
    if (promise.example === undefined) return [];
    const key = `7f1c0e62-3b7a-4c0e-9d55-0000000000${String(at + 1).padStart(2, "0")}`;
    const id = contract.example?.["id"];
    if (as !== "create" && id === undefined) return [];
    return [
      {
        command,
        ...(as !== "create" && { id }),
        idempotency_key: key,
        ...(as !== "create" && needsIfMatch(promise) && { if_match: '"the-etag-you-read"' }),
        body: promise.example,
      },
    ];
  });
  return items.length === 0 ? undefined : { items };
}
