/** JSON Schemas (draft 2020-12) of contracts, as documents show them. */

import { z } from "zod";
import type { Contract } from "../contract.ts";
import { fieldOwners } from "../ownership.ts";

export type JsonSchema = { [keyword: string]: unknown };

/**
 * The schema of values that leave. Enums are open: they list the known values under `x-extensible-enum`, so that no
 * generated client breaks on a new one. Unknown fields are not forbidden, since new ones may come with any version.
 */
export function outputSchema(schema: z.ZodType): JsonSchema {
  const generated: unknown = z.toJSONSchema(schema, { target: "draft-2020-12", io: "output", unrepresentable: "throw" });
  return isSchema(generated) ? tidy(generated) : {};
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tidy(schema: JsonSchema): JsonSchema {
  const { $schema: _, additionalProperties: __, anyOf, enum: values, const: fixed, ...rest } = schema;
  let out: JsonSchema = rest;
  if (Array.isArray(anyOf)) out = { ...out, ...nullable(anyOf.filter(isSchema).map(tidy)) };
  const known = Array.isArray(values) ? values : fixed === undefined ? undefined : [fixed];
  if (known?.every((value) => typeof value === "string")) {
    const list = `One of ${known.map((value) => `\`${value}\``).join(", ")}. Expect new values.`;
    out = { ...out, "x-extensible-enum": known, description: typeof out["description"] === "string" ? `${out["description"]} ${list}` : list };
  } else if (known !== undefined) out = { ...out, enum: known };
  // The pattern of a date says the same as its format, in two hundred characters.
  if (out["format"] === "date" || out["format"] === "date-time") delete out["pattern"];
  if (isSchema(out["properties"]))
    out["properties"] = Object.fromEntries(Object.entries(out["properties"]).map(([name, inner]) => [name, isSchema(inner) ? tidy(inner) : inner]));
  if (isSchema(out["items"])) out["items"] = tidy(out["items"]);
  return out;
}

/** `anyOf [X, null]` reads better as X with `null` among its types. */
function nullable(options: readonly JsonSchema[]): JsonSchema {
  const [only, ...others] = options.filter((option) => option["type"] !== "null");
  if (only === undefined || others.length > 0 || options.length === 1 || typeof only["type"] !== "string") return { anyOf: options };
  return { ...only, type: [only["type"], "null"] };
}

/** The schema of one thing, where the fields in `optional` may be absent, with owners, rules for conflicts and field scopes beside each field. */
export function resourceSchema(contract: Contract, optional: (field: string) => boolean): JsonSchema {
  const schema = outputSchema(contract.model);
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const owners = new Map(fieldOwners(contract).map((one) => [one.field, one]));
  const annotated = Object.entries(properties).map(([field, inner]) => {
    const owner = owners.get(field)?.owner ?? contract.owner[field];
    const rule = owners.get(field)?.rule;
    const scope = contract.hide[field];
    const notes = {
      ...(owner !== undefined && { "x-owner": owner }),
      ...(rule !== undefined && { "x-conflict": rule }),
      ...(scope !== undefined && { "x-scope": scope }),
    };
    return [field, { ...(isSchema(inner) ? inner : {}), ...notes }];
  });
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  return {
    ...schema,
    properties: Object.fromEntries(annotated),
    required: required.filter((field) => contract.hide[field] === undefined && !optional(field)),
  };
}
