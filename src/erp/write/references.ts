/** References that an input holds: each must lead to something that its caller may see. */

import { jsonPointer } from "#lib/json.ts";
import type { ProblemError } from "#lib/problems.ts";
import type { AnyConversion } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Rows, Statement } from "../dialects/dialect.ts";
import type { ReadCaller, ResourceReader } from "../read/reader.ts";

export interface Reference {
  readonly resource: string;
  readonly id: string;
  /** Where in the input it stands (RFC 6901). */
  readonly pointer: string;
}

/** The reader of a resource, by name. */
export type ReaderOf = (resource: string) => ResourceReader;

type Input = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, AnyConversion>>;

/** All references of the input's members that are named like bound fields: in groups and child rows, too. */
function referencesIn({ binding }: BoundResource, input: Input): readonly Reference[] {
  return inMembers(binding.fields, input, "");
}

function inMembers(fields: Fields, input: Input, pointer: string): readonly Reference[] {
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

/** What has to be asked about the references of an input, and what the answers say of it. */
export interface ReferenceCheck {
  /** One per resource referred to. */
  readonly statements: readonly Statement[];
  /** Those that lead to nothing the caller may see, in a sentence each. `rows`: of the statements. `input`: what is left of the input. */
  missing(rows: readonly Rows[], input: Input): readonly ProblemError[];
}

/** What another source holds cannot be asked for within this transaction, and is left to the command. */
export function referenceCheck(resource: BoundResource, whole: Input, readerOf: ReaderOf, caller: Omit<ReadCaller, "database">): ReferenceCheck {
  const idsOf = new Map<string, Set<string>>();
  for (const { resource: name, id } of referencesIn(resource, whole)) idsOf.set(name, (idsOf.get(name) ?? new Set()).add(id));
  const asked = [...idsOf]
    .map(([name, ids]) => ({ name, reader: readerOf(name), ids: [...ids] }))
    .filter(({ reader }) => reader.source === resource.source.name)
    .map(({ name, reader, ids }) => ({ name, ...reader.visible(caller, ids) }));
  const answerable = asked.filter(({ statement }) => statement !== undefined);
  return {
    statements: answerable.flatMap(({ statement }) => statement ?? []),
    missing(rows, input) {
      const found = new Map(asked.map(({ name, found: among }) => [name, among(rows[answerable.findIndex((one) => one.name === name)] ?? [])]));
      return referencesIn(resource, input)
        .filter(({ resource: name, id }) => found.get(name)?.has(id) === false)
        .map(({ resource: name, pointer }) => ({
          pointer,
          code: "unknown-reference",
          detail: `Nothing among ${name.replaceAll("_", " ")} has this id.`,
        }));
    },
  };
}

function isRecord(value: unknown): value is Input {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
