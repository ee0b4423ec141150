/** A command in documents: what it takes, what it answers, and why it can be refused. */

import { needsIfMatch } from "../command.ts";
import type { Contract } from "../contract.ts";
import { type CommandOperation, schemaName } from "../operations.ts";
import { type Components, extract } from "./components.ts";
import { costInWords } from "./cost.ts";
import { headers } from "./headers.ts";
import { inputSchema } from "./input-schema.ts";
import type { JsonSchema } from "./json-schema.ts";
import { idParameter } from "./parameters.ts";
import { codesOfStatus, errorResponses, problemResponse } from "./problems.ts";

/** The name of an input's schema: `PlaceOrderInput`. */
export function inputName({ id }: CommandOperation): string {
  return `${pascal(id)}Input`;
}

export function pascal(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1);
}

/** The input of a command, and the objects that its lists hold. */
export function inputComponents(operation: CommandOperation): Components {
  const { input, example } = operation.promise;
  if (input === undefined) return {};
  const components: Components = {};
  const schema = extract(pascal(operation.id), inputSchema(input), components);
  components[inputName(operation)] = { ...schema, ...(example !== undefined && { examples: [example] }) };
  return components;
}

export function commandOperation(operation: CommandOperation): JsonSchema {
  const { contract, promise, as, scope } = operation;
  const { input } = promise;
  const isPost = operation.method === "POST";
  const mustMatch = needsIfMatch(promise);
  return {
    operationId: operation.id,
    tags: [contract.name],
    summary: operation.summary,
    description: description(operation),
    "x-scope": scope,
    "x-cost": operation.cost,
    ...(hasRefusals(contract) && { "x-refusals": contract.refusals }),
    parameters: [
      ...(as === "create" ? [] : [idParameter(contract)]),
      { $ref: `#/components/parameters/${isPost ? "IdempotencyKeyRequired" : "IdempotencyKey"}` },
      ...(as === "create" ? [] : [{ $ref: `#/components/parameters/${mustMatch ? "IfMatchRequired" : "IfMatch"}` }]),
      { $ref: "#/components/parameters/ApiVersion" },
    ],
    ...(input !== undefined && { requestBody: { required: !input.safeParse({}).success, content: bodies(operation) } }),
    responses: {
      ...success(operation),
      ...errorResponses(as, {
        ...(hasRefusals(contract) && { "422": refusable(operation) }),
        ...(!mustMatch && { "428": undefined }),
      }),
    },
  };
}

/** A PATCH is a merge patch (RFC 7396) by either name. */
function bodies(operation: CommandOperation): JsonSchema {
  const { as, promise } = operation;
  const body = { schema: { $ref: `#/components/schemas/${inputName(operation)}` }, ...(promise.example !== undefined && { example: promise.example }) };
  return { "application/json": body, ...(as === "update" && { "application/merge-patch+json": body }) };
}

function hasRefusals({ refusals }: Contract): boolean {
  return Object.keys(refusals).length > 0;
}

function description({ contract, promise, as, scope, cost }: CommandOperation): string {
  const once = `Takes effect once per \`Idempotency-Key\`: a repetition gets the first answer again. [Writing](/docs/guides/writing) says how to repeat safely.`;
  return [
    ...(promise.answers === "operation" ? ["Taken up later: the answer is an operation to poll. [Operations](/docs/guides/operations) says how."] : []),
    once,
    ...(as === "update" ? ["Members that are left out stay as they are."] : []),
    `Needs the scope \`${scope}\`.`,
    ...costInWords(cost),
    ...(hasRefusals(contract)
      ? [`The business rules can refuse it: 422 \`command-refused\`, with the reason in \`errors\`. The reasons are ${named(contract)}.`]
      : []),
  ].join("\n\n");
}

function named({ refusals }: Contract): string {
  return Object.keys(refusals)
    .map((code) => `\`${code}\``)
    .join(", ");
}

/** The 422 of a command that the ERP can refuse, with what each of its reasons means. */
function refusable({ contract, as }: CommandOperation): JsonSchema {
  const meanings = Object.entries(contract.refusals).map(([code, meaning]) => `- \`${code}\`: ${meaning}`);
  const response = problemResponse(422, [...codesOfStatus(as, 422), "command-refused"], [`Reasons of \`command-refused\`:\n\n${meanings.join("\n")}`]);
  return { ...response, "x-refusals": Object.keys(contract.refusals) };
}

/** Answers when it was done, or will be. */
function success(operation: CommandOperation): JsonSchema {
  const { contract, promise, as } = operation;
  const replayed = { "Idempotency-Replayed": "IdempotencyReplayed" } as const;
  if (promise.answers === "operation")
    return {
      "202": {
        description: "It waits for the system behind the API to take it up.",
        headers: headers({ Location: "OperationLocation", "Retry-After": "RetryAfter", ...replayed }),
        content: { "application/json": { schema: { $ref: "#/components/schemas/Operation" } } },
      },
    };
  if (as === "delete") return { "204": { description: "It is gone.", headers: headers(replayed) } };
  const made = as === "create";
  const content = { "application/json": { schema: resultSchema(contract) } };
  return made
    ? { "201": { description: "It is made: as it stands now.", headers: headers({ Location: "Location", ETag: "ETag", ...replayed }), content } }
    : {
        "200": {
          description: "It is done: the record as it stands now.",
          headers: headers({ ETag: "ETag", ...(as === "update" && { "Field-Conflicts": "FieldConflicts" as const }), ...replayed }),
          content,
        },
      };
}

/** The thing, as far as the key may read it. */
export function resultSchema(contract: Contract): JsonSchema {
  const onlyId = { $ref: "#/components/schemas/OnlyId" };
  const isRead = contract.reads.get !== undefined || contract.reads.list !== undefined;
  return isRead ? { anyOf: [{ $ref: `#/components/schemas/${schemaName(contract)}` }, onlyId] } : onlyId;
}
