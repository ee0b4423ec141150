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
  return isSchema(generated) ? tidied(generated, { objects: open, choices: openChoices }) : {};
}

/** What differs between values that leave and values that arrive. */
export interface SchemaRules {
  readonly objects: (schema: JsonSchema) => JsonSchema;
  /** Keywords for a choice among fixed values. */
  readonly choices: (known: readonly unknown[]) => JsonSchema;
}

function open({ additionalProperties: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function openChoices(known: readonly unknown[]): JsonSchema {
  if (!known.every((value) => typeof value === "string")) return { enum: known };
  return { "x-extensible-enum": known, description: `One of ${known.map((value) => `\`${value}\``).join(", ")}. Expect new values.` };
}

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What Zod generates, said as briefly as documents say it. */
export function tidied(schema: JsonSchema, rules: SchemaRules): JsonSchema {
  const tidy = (inner: unknown): unknown => (isSchema(inner) ? tidied(inner, rules) : inner);
  const { $schema: _, anyOf, enum: values, const: fixed, ...rest } = schema;
  let out: JsonSchema = rules.objects(rest);
  if (Array.isArray(anyOf)) out = { ...out, ...nullable(anyOf.filter(isSchema).map((option) => tidied(option, rules))) };
  const known = Array.isArray(values) ? values : fixed === undefined ? undefined : [fixed];
  if (known !== undefined) {
    const { description, ...keywords } = rules.choices(known);
    const said = [out["description"], description].filter((sentence) => typeof sentence === "string").join(" ");
    out = { ...out, ...keywords, ...(said !== "" && { description: said }) };
  }
  // The pattern of a date says the same as its format, in two hundred characters.
  if (out["format"] === "date" || out["format"] === "date-time") delete out["pattern"];
  if (isSchema(out["properties"])) out["properties"] = Object.fromEntries(Object.entries(out["properties"]).map(([name, inner]) => [name, tidy(inner)]));
  for (const keyword of ["items", "additionalProperties"]) if (isSchema(out[keyword])) out[keyword] = tidy(out[keyword]);
  return out;
}

/** `anyOf [X, null]` reads better as X with `null` among its types. */
function nullable(options: readonly JsonSchema[]): JsonSchema {
  const [only, ...others] = options.filter((option) => option["type"] !== "null");
  if (only === undefined || others.length > 0 || options.length === 1 || typeof only["type"] !== "string") return { anyOf: options };
  const { enum: values, const: fixed, ...rest } = only;
  const known = Array.isArray(values) ? values : fixed === undefined ? undefined : [fixed];
  return { ...rest, type: [only["type"], "null"], ...(known !== undefined && { enum: [...known, null] }) };
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
