/** The query parameters of an operation, each with the values it takes. */

import { type Contract, filterOperators } from "../contract.ts";
import { pageLimit } from "../list-query.ts";
import { schemaAt, type ValueKind, valueKind } from "../model.ts";
import type { ReadOperation } from "../operations.ts";
import { expandable } from "../response-schema.ts";
import type { JsonSchema } from "./json-schema.ts";

const meanings = { gt: "greater than", gte: "at least", lt: "less than", lte: "at most" } as const;

function valueSchema(kind: ValueKind): JsonSchema {
  switch (kind.kind) {
    case "choice":
      return { type: "string", enum: [...kind.values] };
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer" };
    case "decimal":
      return { type: "string", format: "decimal" };
    case "date":
      return { type: "string", format: "date" };
    case "date-time":
      return { type: "string", format: "date-time" };
    case "text":
      return { type: "string", minLength: 1, maxLength: 200 };
  }
}

/** Several names or values in one parameter, separated by commas. */
function commaList(items: JsonSchema): JsonSchema {
  return { style: "form", explode: false, schema: { type: "array", items, minItems: 1 } };
}

function filterParameters(contract: Contract, path: string): JsonSchema[] {
  const schema = schemaAt(contract.model, path);
  const kind = schema && valueKind(schema);
  if (kind === undefined) return [];
  const scope = contract.hide[path.split(".")[0] ?? ""];
  const hidden = scope === undefined ? {} : { "x-scope": scope };
  return filterOperators(contract, path).map((operator) =>
    operator === "eq"
      ? { name: path, in: "query", description: `Only those whose \`${path}\` is one of these values.`, ...commaList(valueSchema(kind)), ...hidden }
      : {
          name: `${path}[${operator}]`,
          in: "query",
          description: `Only those whose \`${path}\` is ${meanings[operator]} this.`,
          schema: valueSchema(kind),
          ...hidden,
        },
  );
}

export function parametersOf(operation: ReadOperation): readonly JsonSchema[] {
  const { contract, kind } = operation;
  const fields = Object.keys(contract.model.shape);
  const common = [
    { name: "fields", in: "query", description: "Answer with these fields only; `id` is always there.", ...commaList({ type: "string", enum: fields }) },
    { $ref: "#/components/parameters/ApiVersion" },
  ];
  if (kind === "get") return [idParameter(contract), ...common, { $ref: "#/components/parameters/IfNoneMatch" }];
  const sort = contract.reads.list?.sort ?? [];
  const expand = expandable(contract);
  return [
    ...(contract.reads.list?.filter ?? []).flatMap((path) => filterParameters(contract, path)),
    ...(sort.length > 0
      ? [
          {
            name: "sort",
            in: "query",
            description: "Order of the list; a leading `-` is descending.",
            ...commaList({ type: "string", enum: sort.flatMap((path) => [path, `-${path}`]) }),
          },
        ]
      : []),
    ...(expand.length > 0
      ? [
          {
            name: "expand",
            in: "query",
            description: "Child rows to include, which a list leaves out otherwise.",
            ...commaList({ type: "string", enum: [...expand] }),
          },
        ]
      : []),
    ...common,
    { $ref: "#/components/parameters/Limit" },
    { $ref: "#/components/parameters/Cursor" },
  ];
}

export function idParameter(contract: Contract): JsonSchema {
  return {
    name: "id",
    in: "path",
    required: true,
    description: `The id of the ${contract.singular.replaceAll("_", " ")}.`,
    schema: { type: "string" },
    ...(contract.example && { example: contract.example["id"] }),
  };
}

export const sharedParameters: JsonSchema = {
  ApiVersion: {
    name: "Api-Version",
    in: "header",
    description: "Contract version to be served in, a date. Without it: the version pinned to the key.",
    schema: { type: "string", format: "date" },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The ETag of the copy you hold; the answer is 304 while it is current.",
    schema: { type: "string" },
  },
  Limit: {
    name: "limit",
    in: "query",
    description: "How many to answer with.",
    schema: { type: "integer", minimum: 1, maximum: pageLimit.max, default: pageLimit.default },
  },
  Cursor: {
    name: "cursor",
    in: "query",
    description: "`next_cursor` of the page before. Opaque, and valid for the same query only.",
    schema: { type: "string" },
  },
};
