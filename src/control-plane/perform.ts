/** How a verb is performed, by whatever way it was asked for: role, input, run, output, in that order. */
import { z } from "zod";
import { inputErrors } from "#contract/input-errors.ts";
import { schemasAt, strictAtEveryDepth } from "#contract/strict-schema.ts";
import { type JsonValue, jsonPointer } from "#lib/json.ts";
import { nearestName } from "#lib/nearest-name.ts";
import type { ProblemError } from "#lib/problems.ts";
import type { ControlPlane } from "./control-plane.ts";
import { type Asking, type Outcome, type Role, roles, type Verb } from "./verb.ts";

export type Performed<Value> =
  | Outcome<Value>
  /** The role of who asks is not enough. */
  | { readonly kind: "forbidden"; readonly needs: Role }
  /** Everything that does not fit the verb's input, each with a JSON pointer into it. */
  | { readonly kind: "invalid"; readonly errors: readonly ProblemError[] };

/** Input schemas made strict, kept as long as their verbs. */
const strict = new WeakMap<z.ZodObject, z.core.$ZodType>();

/** `input` as JSON has it; members that are not given are left out. Throws only when the verb could not be run. */
export async function perform<Input extends z.ZodObject, Output extends z.ZodType>(
  plane: ControlPlane,
  verb: Verb<Input, Output>,
  input: JsonValue,
  asking: Asking,
): Promise<Performed<z.output<Output>>> {
  if (!mayDo(asking.by.role, verb.role)) return { kind: "forbidden", needs: verb.role };
  const errors = [...strangeTexts(input, []), ...errorsIn(verb.input, input)];
  if (errors.length > 0) return { kind: "invalid", errors };
  const outcome = await verb.run(plane, verb.input.parse(input), asking);
  // Nothing leaves that the verb does not promise.
  return outcome.kind === "done" ? { kind: "done", value: verb.output.parse(outcome.value) } : outcome;
}

function mayDo(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/** Texts that no database takes; in a query or a path they get as far as here. */
function strangeTexts(value: JsonValue, path: readonly PropertyKey[]): readonly ProblemError[] {
  if (typeof value === "string") {
    const detail = value.includes("\u0000") ? "The character NUL is no text." : value.isWellFormed() ? undefined : "Half of a surrogate pair is no character.";
    return detail === undefined ? [] : [{ pointer: jsonPointer(path), code: "not-storable", detail }];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => strangeTexts(member, [...path, name]));
}

function errorsIn(schema: z.ZodObject, input: JsonValue): readonly ProblemError[] {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return [{ pointer: "", code: "wrong-type", detail: "The input has to be a JSON object." }];
  const made = strict.get(schema) ?? strictAtEveryDepth(schema);
  strict.set(schema, made);
  const { error } = z.safeParse(made, input);
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
  return inputErrors(error.issues, { body: input, schema: made, unknown }).map(({ path, code, detail }) => ({ pointer: jsonPointer(path), code, detail }));
}
