/** Names for what documents repeat: money, and the objects that lists of a resource hold. */

import type { Contract } from "../contract.ts";
import { schemaName } from "../operations.ts";
import { wire } from "../wire.ts";
import { isSchema, type JsonSchema, outputSchema } from "./json-schema.ts";

export type Components = Record<string, JsonSchema>;

function withoutDescription({ description: _, ...schema }: JsonSchema): string {
  return JSON.stringify(schema);
}

const moneySchema = outputSchema(wire.money());
const money = withoutDescription(moneySchema);

/** `Order` and `lines` make `OrderLine`. */
function itemName(parent: string, field: string): string {
  const pascal = field
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return (
    parent +
    pascal
      .replace(/ies$/, "y")
      .replace(/(?<=ss|sh|ch|x)es$/, "")
      .replace(/(?<!s)s$/, "")
  );
}

/**
 * Moves money and list items of a resource's schema into `components`, leaving references with their descriptions.
 * `reserved`: names of the document's resources; an item that would have the name of one is called `OrderLineItem`.
 */
export function extractComponents(contract: Contract, schema: JsonSchema, components: Components, reserved: ReadonlySet<string>): JsonSchema {
  return extract(schemaName(contract), schema, components, reserved);
}

/** Components of several parts of a document in one. Two of one name that differ would be one of them, in silence. */
export function mergeComponents(...parts: readonly Components[]): Components {
  const merged: Components = {};
  for (const [name, schema] of parts.flatMap((part) => Object.entries(part))) {
    const known = merged[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`Two schemas of the document would be called ${name}.`);
    merged[name] = schema;
  }
  return merged;
}

/** As `extractComponents`, for any object: `name` begins the names of its lists' items. */
export function extract(name: string, schema: JsonSchema, components: Components, reserved: ReadonlySet<string> = new Set()): JsonSchema {
  if (!isSchema(schema["properties"])) return schema;
  const properties = Object.entries(schema["properties"]).map(([field, inner]) => [
    field,
    isSchema(inner) ? property(name, field, inner, components, reserved) : inner,
  ]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

function property(parent: string, field: string, schema: JsonSchema, components: Components, reserved: ReadonlySet<string>): JsonSchema {
  if (isMoney(schema)) return moneyReference(schema, components);
  const { items } = schema;
  if (isSchema(items) && isSchema(items["properties"])) {
    const plain = itemName(parent, field);
    const name = reserved.has(plain) ? `${plain}Item` : plain;
    components[name] = extract(name, items, components, reserved);
    return { ...schema, items: { $ref: `#/components/schemas/${name}` } };
  }
  return extract(parent, schema, components, reserved);
}

function isMoney({ "x-owner": _, "x-conflict": __, "x-scope": ___, ...schema }: JsonSchema): boolean {
  return withoutDescription({ ...schema, type: "object" }) === money;
}

/** Keywords beside `$ref` are allowed in 3.1; null needs a choice. */
function moneyReference(schema: JsonSchema, components: Components): JsonSchema {
  components["Money"] = moneySchema;
  const { type, properties: _, required: __, description, ...rest } = schema;
  const reference = { $ref: "#/components/schemas/Money" };
  const own = description === moneySchema["description"] ? {} : { description };
  return Array.isArray(type) ? { ...rest, ...own, anyOf: [reference, { type: "null" }] } : { ...rest, ...own, ...reference };
}
