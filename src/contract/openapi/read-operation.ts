/** A list or a single read in documents. */

import type { Contract } from "../contract.ts";
import { type ReadOperation, schemaName } from "../operations.ts";
import { expandable } from "../response-schema.ts";
import { costInWords } from "./cost.ts";
import { headerOf, headers, limitHeaders } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";
import { parametersOf } from "./parameters.ts";
import { errorResponses } from "./problems.ts";

export function readOperation(operation: ReadOperation): JsonSchema {
  const { contract, kind, scope } = operation;
  const name = schemaName(contract);
  const [whole, sparse] = kind === "list" ? [`${name}Page`, `${name}SparsePage`] : [name, `${name}Sparse`];
  const example = kind === "list" ? listExample(contract) : contract.example;
  return {
    operationId: operation.id,
    tags: [contract.name],
    summary: operation.summary,
    description: [contract.summary, `Needs the scope \`${scope}\`.`, ...costInWords(operation.cost)].join("\n\n"),
    "x-scope": scope,
    "x-cost": operation.cost,
    parameters: parametersOf(operation),
    responses: {
      "200": {
        description: kind === "list" ? "A page of the list. With `fields`, things are cut to those." : "The record. With `fields`, cut to those.",
        headers: headers(kind === "get" ? { ETag: "ETag" } : {}),
        content: {
          "application/json": {
            schema: { anyOf: [{ $ref: `#/components/schemas/${whole}` }, { $ref: `#/components/schemas/${sparse}` }] },
            ...(example !== undefined && { example }),
          },
        },
      },
      ...(kind === "get" && {
        "304": { description: "The copy named by If-None-Match is current.", headers: { ETag: headerOf("ETag"), ...limitHeaders } },
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
