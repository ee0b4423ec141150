/** How a verb is performed, by whatever way it was asked for: role, input, run, output, in that order. */
import type { z } from "zod";
import { objectErrors } from "#contract/object-errors.ts";
import { type JsonValue, jsonPointer } from "#lib/json.ts";
import type { ProblemError } from "#lib/problems.ts";
import type { ControlPlane } from "./control-plane.ts";
import { type Asking, type Outcome, type Role, roles, type Verb } from "./verb.ts";

export type Performed<Value> =
  | Outcome<Value>
  /** The role of who asks is not enough. */
  | { readonly kind: "forbidden"; readonly needs: Role }
  /** Everything that does not fit the verb's input, each with a JSON pointer into it. */
  | { readonly kind: "invalid"; readonly errors: readonly ProblemError[] };

/** `input` as JSON has it; members that are not given are left out. Throws only when the verb could not be run. */
export async function perform<Input extends z.ZodObject, Output extends z.ZodType>(
  plane: ControlPlane,
  verb: Verb<Input, Output>,
  input: JsonValue,
  asking: Asking,
): Promise<Performed<z.output<Output>>> {
  if (!mayDo(asking.by.role, verb.role)) return { kind: "forbidden", needs: verb.role };
  const errors = [...strangeTexts(input, []), ...objectErrors(verb.input, input, "The input")];
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
