/** Builds the OpenAPI 3.1 document of one contract version from the contracts alone. */

import { type Contract, declaredScopes } from "../contract.ts";
import { allOperations, type ContractOperation, hasEvents, type Operation, operationsOf, schemaName } from "../operations.ts";
import { type ReceiptsKept, receiptsKept } from "../receipts-kept.ts";
import { expandable } from "../response-schema.ts";
import { usageKept } from "../usage-kept.ts";
import { accountComponents, accountOperation, accountTag } from "./account-operation.ts";
import { batchComponents, batchOperation } from "./batch-operation.ts";
import { commandOperation, inputComponents } from "./command-operation.ts";
import { type Components, extractComponents, mergeComponents } from "./components.ts";
import { type DocumentedEvents, documentedEvents } from "./documented-events.ts";
import { endpointComponents, endpointFailure, endpointOperation, endpointsTag } from "./endpoint-operation.ts";
import { eventComponents } from "./event-schemas.ts";
import { eventsOperation, eventsTag } from "./events-operation.ts";
import { days, sharedHeaders, sharedWriteHeaders, writeParameters } from "./headers.ts";
import { type JsonSchema, resourceSchema } from "./json-schema.ts";
import { sharedParameters } from "./parameters.ts";
import { type FailureKind, problemSchema, sharedResponses } from "./problems.ts";
import { readOperation } from "./read-operation.ts";
import { anyCredential, securityOf, securitySchemes } from "./security.ts";
import { operationComponents, operationsTag, statusOperation } from "./status-operation.ts";
import { webhooksOf } from "./webhooks.ts";

export interface DocumentedGateway {
  readonly title: string;
  readonly summary: string;
  readonly version: string;
  readonly contracts: readonly Contract[];
  /** When the system behind is worked on, in words. */
  readonly maintenance?: readonly string[];
  /** How long repetitions of writes are recognised. */
  readonly kept?: ReceiptsKept;
  /** How long partners can look at their requests, in days. */
  readonly requestLogDays?: number;
  /** How long events are kept, in days. */
  readonly eventDays?: number;
}

/** A complete document: every `$ref` leads inside it, and it names no host, so that it is the same wherever it is served. */
export function openApiDocument(gateway: DocumentedGateway): JsonSchema {
  const { contracts, kept = receiptsKept, requestLogDays = usageKept.requestLogDays } = gateway;
  const events = documentedEvents(contracts, gateway.version, gateway.eventDays ?? usageKept.eventDays);
  const tells = hasEvents(contracts);
  const operations = allOperations(contracts);
  const writes = operations.some(({ method }) => method !== "GET");
  const paths: Record<string, JsonSchema> = {};
  for (const operation of operations)
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: { ...operationObject(operation, requestLogDays, events), security: securityOf(operation) },
    };
  return {
    openapi: "3.1.1",
    info: {
      title: `${gateway.title} Partner API`,
      version: gateway.version,
      summary: gateway.summary,
      description: description(gateway, writes ? kept : undefined),
    },
    servers: [{ url: "/", description: "Where this document was served" }],
    security: anyCredential,
    tags: [
      ...contracts.map((contract) => ({ name: contract.name, description: contract.summary })),
      ...(tells ? [eventsTag, endpointsTag] : []),
      ...(writes ? [operationsTag] : []),
      accountTag,
    ],
    paths,
    ...(tells && { webhooks: webhooksOf(events) }),
    components: {
      securitySchemes: securitySchemes(declaredScopes(contracts)),
      parameters: { ...sharedParameters, ...(writes && writeParameters(kept)) },
      responses: sharedResponses(new Set(operations.map(failureKind))),
      headers: { ...sharedHeaders, ...(writes && sharedWriteHeaders) },
      schemas: mergeComponents(
        { Problem: problemSchema(writes) },
        accountComponents(),
        tells ? eventComponents(events) : {},
        tells ? endpointComponents(operations.filter((operation) => operation.kind === "endpoint")) : {},
        writes ? { OnlyId: onlyId, ...operationComponents(stagedBy(operations)) } : {},
        ...contracts.flatMap((contract) => [schemasOf(contract, new Set(contracts.map(schemaName))), ...operationsOf(contract).map(ownComponents)]),
      ),
    },
  };
}

function operationObject(operation: Operation, requestLogDays: number, events: DocumentedEvents): JsonSchema {
  switch (operation.kind) {
    case "account":
      return accountOperation(operation, requestLogDays);
    case "events":
      return eventsOperation(operation, events);
    case "endpoint":
      return endpointOperation(operation);
    case "status":
      return statusOperation(operation);
    case "batch":
      return batchOperation(operation);
    case "command":
      return commandOperation(operation);
    default:
      return readOperation(operation);
  }
}

function ownComponents(operation: ContractOperation): Components {
  return operation.kind === "command" ? inputComponents(operation) : operation.kind === "batch" ? batchComponents(operation) : {};
}

function failureKind(operation: Operation): FailureKind {
  if (operation.kind === "endpoint") return endpointFailure(operation);
  if (operation.kind === "events") return operation.id === "listEvents" ? "events" : "event";
  if (operation.kind === "account") return operation.id === "listOwnRequests" ? "own-list" : "own";
  return operation.kind === "command" ? operation.as : operation.kind;
}

function stagedBy(operations: readonly Operation[]): readonly string[] {
  return operations.filter((operation) => operation.kind === "command" && operation.promise.answers === "operation").map(({ id }) => id);
}

const onlyId: JsonSchema = {
  type: "object",
  description: "All that a key without the scope to read is shown of what it made or changed.",
  properties: { id: { type: "string" } },
  required: ["id"],
};

function description(gateway: DocumentedGateway, kept: ReceiptsKept | undefined): string {
  return [
    gateway.summary,
    "Requests carry an API key, or an access token that an OAuth2 client asks for: `Authorization: Bearer <key or token>`. Those of the `test` environment see test data only. " +
      "[Getting started](/docs/guides/getting-started) places a first request in a minute; " +
      "[authentication](/docs/guides/authentication), [pagination](/docs/guides/pagination), [filtering](/docs/guides/filtering) and [errors](/docs/guides/errors) tell the rest.",
    ...(kept === undefined
      ? []
      : [
          "Requests that write carry an `Idempotency-Key` and take effect once, however often they are sent. " +
            `Answers are kept for ${days(kept.bodyDays)} and sent again to a repetition; keys are recognised for ${days(kept.tombstoneDays)}. [Writing](/docs/guides/writing) says how to repeat safely.`,
        ]),
    ...(gateway.maintenance?.length ? [`Planned maintenance, in which requests are answered \`503\` until it ends: ${gateway.maintenance.join("; ")}.`] : []),
  ].join("\n\n");
}

/** Components of one contract: the thing, the thing in a list, cut to `fields`, and the pages of lists. */
function schemasOf(contract: Contract, reserved: ReadonlySet<string>): Components {
  const name = schemaName(contract);
  const schemas: Components = {};
  const named = (optional: (field: string) => boolean): JsonSchema => extractComponents(contract, resourceSchema(contract, optional), schemas, reserved);
  const left = expandable(contract);
  const whole = named(() => false);
  schemas[name] = contract.example === undefined ? whole : { ...whole, examples: [contract.example] };
  schemas[`${name}Sparse`] = { ...named((field) => field !== "id"), description: `${article(contract)} cut to the \`fields\` asked for.` };
  if (contract.reads.list !== undefined) {
    if (left.length > 0)
      schemas[`${name}InList`] = {
        ...named((field) => left.includes(field)),
        description: `${article(contract)} in a list: ${left.join(", ")} only where \`expand\` asks for them.`,
      };
    schemas[`${name}Page`] = page(left.length > 0 ? `${name}InList` : name);
    schemas[`${name}SparsePage`] = page(`${name}Sparse`);
  }
  return schemas;
}

function article(contract: Contract): string {
  return `${/^[aeiou]/.test(contract.singular) ? "An" : "A"} ${contract.singular.replaceAll("_", " ")}`;
}

function page(item: string): JsonSchema {
  return {
    type: "object",
    properties: {
      data: { type: "array", items: { $ref: `#/components/schemas/${item}` } },
      next_cursor: { type: ["string", "null"], description: "`cursor` of the next page, or null at the end." },
    },
    required: ["data", "next_cursor"],
  };
}
