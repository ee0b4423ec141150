/** JSON Schemas (draft 2020-12) of what commands take: closed, with exactly the values that are accepted. */

import { z } from "zod";
import { isSchema, type JsonSchema, tidied } from "./json-schema.ts";

/** The schema of a body as it is sent. Objects are closed at every depth, since an unknown member is refused. */
export function inputSchema(input: z.ZodObject): JsonSchema {
  const generated: unknown = z.toJSONSchema(input, { target: "draft-2020-12", io: "input", unrepresentable: "throw" });
  return isSchema(generated) ? tidied(generated, { objects: closed, choices: plainChoices }) : {};
}

function closed(schema: JsonSchema): JsonSchema {
  return isSchema(schema["properties"]) ? { ...schema, additionalProperties: false } : schema;
}

/** Values beyond these are refused, so a generated client may insist on them, too. */
function plainChoices(known: readonly unknown[]): JsonSchema {
  return known.length === 1 ? { const: known[0] } : { enum: known };
}
