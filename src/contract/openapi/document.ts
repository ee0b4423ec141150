/** Builds the OpenAPI 3.1 document of one contract version from the contracts alone. */

import type { Contract } from "../contract.ts";
import { type ReadOperation, readsOf, schemaName } from "../operations.ts";
import { expandable } from "../response-schema.ts";
import { type Components, extractComponents } from "./components.ts";
import { type JsonSchema, resourceSchema } from "./json-schema.ts";
import { parametersOf, sharedParameters } from "./parameters.ts";
import { errorResponses, problemSchema, sharedResponses } from "./problems.ts";

export interface DocumentedGateway {
  readonly title: string;
  readonly summary: string;
  readonly version: string;
  readonly contracts: readonly Contract[];
  /** When the system behind is worked on, in words. */
  readonly maintenance?: readonly string[];
}

/** A complete document: every `$ref` leads inside it, and it names no host, so that it is the same wherever it is served. */
export function openApiDocument(gateway: DocumentedGateway): JsonSchema {
  const operations = gateway.contracts.flatMap(readsOf);
  const paths: Record<string, JsonSchema> = {};
  for (const operation of operations) paths[operation.path] = { get: operationObject(operation) };
  const schemas = Object.assign({ Problem: problemSchema }, ...gateway.contracts.map(schemasOf));
  return {
    openapi: "3.1.1",
    info: {
      title: `${gateway.title} Partner API`,
      version: gateway.version,
      summary: gateway.summary,
      description: description(gateway),
    },
    servers: [{ url: "/", description: "Where this document was served" }],
    security: [{ apiKey: [] }],
    tags: gateway.contracts.map((contract) => ({ name: contract.name, description: contract.summary })),
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key of the test or the live environment, `Authorization: Bearer <key>`." },
      },
      parameters: sharedParameters,
      responses: sharedResponses(),
      headers: {
        ApiVersion: { description: "The contract version of this answer.", schema: { type: "string", format: "date" } },
        RequestId: { description: "Names this request in the operator's log.", schema: { type: "string" } },
        ETag: { description: "Names this state of the record. It changes whenever anything the API knows of the record changes.", schema: { type: "string" } },
        RetryAfter: { description: "Seconds to wait before the next try; in planned maintenance, until it ends.", schema: { type: "integer" } },
      },
      schemas,
    },
  };
}

function description(gateway: DocumentedGateway): string {
  return [
    gateway.summary,
    "Requests carry an API key: `Authorization: Bearer <key>`. Keys of the `test` environment see test data only. " +
      "[Getting started](/docs/guides/getting-started) places a first request in a minute; " +
      "[authentication](/docs/guides/authentication), [pagination](/docs/guides/pagination), [filtering](/docs/guides/filtering) and [errors](/docs/guides/errors) tell the rest.",
    ...(gateway.maintenance?.length ? [`Planned maintenance, in which requests are answered \`503\` until it ends: ${gateway.maintenance.join("; ")}.`] : []),
  ].join("\n\n");
}

/** Components of one contract: the thing, the thing in a list, cut to `fields`, and the pages of lists. */
function schemasOf(contract: Contract): Components {
  const name = schemaName(contract);
  const schemas: Components = {};
  const named = (optional: (field: string) => boolean): JsonSchema => extractComponents(contract, resourceSchema(contract, optional), schemas);
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

function operationObject(operation: ReadOperation): JsonSchema {
  const { contract, kind, scope } = operation;
  const name = schemaName(contract);
  const [whole, sparse] = kind === "list" ? [`${name}Page`, `${name}SparsePage`] : [name, `${name}Sparse`];
  const example = kind === "list" ? listExample(contract) : contract.example;
  return {
    operationId: operation.id,
    tags: [contract.name],
    summary: operation.summary,
    description: `${contract.summary}\n\nNeeds the scope \`${scope}\`.`,
    "x-scope": scope,
    parameters: parametersOf(operation),
    responses: {
      "200": {
        description: kind === "list" ? "A page of the list. With `fields`, things are cut to those." : "The record. With `fields`, cut to those.",
        headers: {
          "Api-Version": { $ref: "#/components/headers/ApiVersion" },
          "Request-Id": { $ref: "#/components/headers/RequestId" },
          ...(kind === "get" && { ETag: { $ref: "#/components/headers/ETag" } }),
        },
        content: {
          "application/json": {
            schema: { anyOf: [{ $ref: `#/components/schemas/${whole}` }, { $ref: `#/components/schemas/${sparse}` }] },
            ...(example !== undefined && { example }),
          },
        },
      },
      ...(kind === "get" && {
        "304": { description: "The copy named by If-None-Match is current.", headers: { ETag: { $ref: "#/components/headers/ETag" } } },
      }),
      ...errorResponses(kind),
    },
  };
}

function listExample(contract: Contract): unknown {
  if (contract.example === undefined) return undefined;
  const left = expandable(contract);
  const item = Object.fromEntries(Object.entries(contract.example).filter(([field]) => !left.includes(field)));
  return { data: [item], next_cursor: null };
}
