/** Everything that does not fit the schema of an object, each with a JSON pointer into it: unknown members, too. */

import { z } from "zod";
import { type JsonValue, jsonPointer } from "#lib/json.ts";
import { nearestName } from "#lib/nearest-name.ts";
import type { ProblemError } from "#lib/problems.ts";
import { inputErrors } from "./input-errors.ts";
import { schemasAt, strictAtEveryDepth } from "./strict-schema.ts";

/** Schemas made strict, kept as long as they themselves. */
const strict = new WeakMap<z.ZodObject, z.core.$ZodType>();

/** `what`: what the value is called where it is no object, such as `The body`. */
export function objectErrors(schema: z.ZodObject, value: JsonValue, what: string): readonly ProblemError[] {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return [{ pointer: "", code: "wrong-type", detail: `${what} has to be a JSON object.` }];
  const made = strict.get(schema) ?? strictAtEveryDepth(schema);
  strict.set(schema, made);
  const { error } = z.safeParse(made, value);
  if (error === undefined) return [];
  const unknown = (path: readonly PropertyKey[]) => {
    const names = schemasAt(made, path.slice(0, -1)).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
    const nearest = nearestName(String(path.at(-1)), names);
    return {
      path,
      code: "unknown-field",
      detail: nearest === undefined ? "There is no such member." : `There is no such member; did you mean ${nearest}?`,
    } as const;
  };
  return inputErrors(error.issues, { body: value, schema: made, unknown }).map(({ path, code, detail }) => ({ pointer: jsonPointer(path), code, detail }));
}
