/** References that an input holds: each must lead to something that its caller may see. */

import { jsonPointer } from "#lib/json.ts";
import type { ProblemError } from "#lib/problems.ts";
import type { AnyConversion } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import type { ReadCaller, ResourceReader } from "../read/reader.ts";

export interface Reference {
  readonly resource: string;
  readonly id: string;
  /** Where in the input it stands (RFC 6901). */
  readonly pointer: string;
}

/** The reader of a resource, by name. */
export type ReaderOf = (resource: string) => ResourceReader;

type Fields = Readonly<Record<string, AnyConversion>>;

/** All references of the input's members that are named like bound fields: in groups and child rows, too. */
function referencesIn({ binding }: BoundResource, input: Readonly<Record<string, unknown>>): readonly Reference[] {
  return inMembers(binding.fields, input, "");
}

function inMembers(fields: Fields, input: Readonly<Record<string, unknown>>, pointer: string): readonly Reference[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const conversion = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return conversion === undefined ? [] : inValue(conversion, value, `${pointer}${jsonPointer([name])}`);
  });
}

function inValue({ kind, parts, children, refersTo }: AnyConversion, value: unknown, pointer: string): readonly Reference[] {
  if (children !== undefined)
    return Array.isArray(value) ? value.flatMap((row, index) => (isRecord(row) ? inMembers(children.fields, row, `${pointer}/${index}`) : [])) : [];
  if (kind === "group") {
    const members = Object.fromEntries(Object.entries(parts ?? {}).map(([name, part]) => [name, part.conversion]));
    return isRecord(value) ? inMembers(members, value, pointer) : [];
  }
  if (refersTo === undefined) return [];
  if (isRecord(value)) {
    const { type, id } = value;
    return typeof type === "string" && typeof id === "string" && refersTo.includes(type) ? [{ resource: type, id, pointer: `${pointer}/id` }] : [];
  }
  const [resource] = refersTo;
  return typeof value === "string" && resource !== undefined ? [{ resource, id: value, pointer }] : [];
}

/**
 * The references that lead to nothing the caller may see, in a sentence each. One statement per resource referred to; what
 * another source holds cannot be asked for within this transaction, and is left to the command.
 */
export async function missingReferences(
  resource: BoundResource,
  input: Readonly<Record<string, unknown>>,
  readerOf: ReaderOf,
  caller: ReadCaller,
): Promise<readonly ProblemError[]> {
  const byResource = new Map<string, Reference[]>();
  for (const reference of referencesIn(resource, input)) byResource.set(reference.resource, [...(byResource.get(reference.resource) ?? []), reference]);
  const missing: ProblemError[] = [];
  for (const [name, references] of byResource) {
    const reader = readerOf(name);
    if (reader.source !== resource.source.name) continue;
    const visible = await reader.visible(caller, [...new Set(references.map(({ id }) => id))]);
    for (const { id, pointer } of references)
      if (!visible.has(id)) missing.push({ pointer, code: "unknown-reference", detail: `Nothing among ${name.replaceAll("_", " ")} has this id.` });
  }
  return missing;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
