/** Validates the body of a command by its contract, strictly, and names everything that does not fit at once. */

import { z } from "zod";
import type { CommandPromise } from "#contract/command.ts";
import type { Contract, Owner } from "#contract/contract.ts";
import { type InputError, inputErrors } from "#contract/input-errors.ts";
import { schemasAt, strictAtEveryDepth } from "#contract/strict-schema.ts";
import { type JsonValue, jsonPointer } from "#lib/json.ts";
import { nearestName } from "#lib/nearest-name.ts";
import type { ProblemError } from "#lib/problems.ts";

export type ValidatedInput =
  | { readonly kind: "valid"; readonly input: Record<string, unknown> | undefined }
  | { readonly kind: "invalid"; readonly errors: readonly ProblemError[] };

/** Input schemas made strict, kept as long as their commands. */
const prepared = new WeakMap<CommandPromise, z.core.$ZodType>();

/**
 * `body` is undefined where none was sent, which is as good as `{}` where all members may be left out. A command without
 * input takes no body, or `{}`. `visible`: fields the caller may see; of others an error does not say that there are such.
 */
export function validateInput(
  contract: Contract,
  command: CommandPromise,
  body: JsonValue | undefined,
  visible: readonly string[] = Object.keys(contract.model.shape).filter((field) => !Object.hasOwn(contract.hide, field)),
): ValidatedInput {
  if (body === undefined && command.input === undefined) return { kind: "valid", input: undefined };
  if (body !== undefined && !isObject(body)) return invalid({ path: [], code: "wrong-type", detail: "The body has to be a JSON object." });
  const schema = prepared.get(command) ?? strictAtEveryDepth(command.input ?? z.object({}));
  prepared.set(command, schema);
  const { data, error } = z.safeParse(schema, body ?? {});
  if (error === undefined) return { kind: "valid", input: command.input === undefined || !isRecord(data) ? undefined : data };
  if (body === undefined) return invalid({ path: [], code: "required", detail: "The body is missing; it has to be a JSON object." });
  return invalid(...inputErrors(error.issues, { body, schema, unknown: (path) => unknownMember(contract, schema, visible, path) }));
}

function unknownMember(contract: Contract, schema: z.core.$ZodType, visible: readonly string[], path: readonly PropertyKey[]): InputError {
  const name = String(path.at(-1));
  if (path.length === 1 && visible.includes(name) && Object.hasOwn(contract.model.shape, name)) {
    const owner = Object.hasOwn(contract.owner, name) ? contract.owner[name] : undefined;
    return { path, code: "field-not-writable", detail: `${name} is ${ownedBy[owner ?? "erp"]}.` };
  }
  const names = schemasAt(schema, path.slice(0, -1)).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
  const nearest = nearestName(name, names);
  return { path, code: "unknown-field", detail: nearest === undefined ? "There is no such member." : `There is no such member; did you mean ${nearest}?` };
}

const ownedBy: Readonly<Record<Owner, string>> = {
  erp: "owned by the ERP, so it cannot be written here",
  partner: "owned by the partner, but not written by this operation",
  shared: "owned by the ERP and the partner, but not written by this operation",
};

function invalid(...errors: readonly InputError[]): ValidatedInput {
  return { kind: "invalid", errors: errors.map(({ path, code, detail }) => ({ pointer: jsonPointer(path), code, detail })) };
}

function isObject(body: JsonValue): boolean {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === "object" && data !== null;
}
