/** What is certain of values before they are looked at, and which schemas that is enough for. */

import { z } from "zod";
import type { ValueKind } from "./model.ts";
import { passes, stringTest } from "./string-test.ts";

/**
 * What every value of a field is, null apart: what the conversion behind it yields. `present`: not null either. An `exact`
 * object has no member that is not named here.
 */
export type Known = KnownValue & { readonly present?: boolean };

type KnownValue =
  | ValueKind
  | { readonly kind: "object"; readonly members: Readonly<Record<string, Known | undefined>>; readonly exact: boolean }
  | { readonly kind: "list"; readonly of: Known };

/** Whether a value of which this is known fits the schema as it is: then nothing of it has to be looked at. */
export function isCertain(schema: z.core.$ZodType, known: Known | undefined): boolean {
  if (known === undefined) return false;
  if (schema instanceof z.ZodNullable) return isCertain(schema.unwrap(), { ...known, present: true });
  if (known.present !== true) return false;
  if (known.kind === "object") return schema instanceof z.ZodObject && fitsObject(schema, known);
  if (known.kind === "list") return schema instanceof z.ZodArray && !hasChecks(schema) && isCertain(schema.element, { ...known.of, present: true });
  if (known.kind === "integer") return isSafeInteger(schema);
  if (known.kind === "boolean") return schema instanceof z.ZodBoolean && !hasChecks(schema);
  if (schema instanceof z.ZodEnum) return known.kind === "choice" && known.values.every((value) => Object.values(schema._zod.def.entries).includes(value));
  return stringTest(schema, known.kind) === passes;
}

function fitsObject(schema: z.ZodObject, { members, exact }: Extract<KnownValue, { kind: "object" }>): boolean {
  const { catchall, shape } = schema._zod.def;
  if (!exact || hasChecks(schema) || (catchall !== undefined && !(catchall instanceof z.ZodNever))) return false;
  if (!Object.keys(members).every((name) => Object.hasOwn(shape, name))) return false;
  return Object.entries(shape).every(([name, member]) => isCertain(member, members[name]));
}

export function isSafeInteger(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodNumberFormat && schema._zod.def.format === "safeint" && !hasChecks(schema);
}

export function hasChecks(schema: z.core.$ZodType): boolean {
  return (schema._zod.def.checks?.length ?? 0) > 0;
}

/** Paths of the fields that may be null: `confirmed_on`, and `lines.requested_on` in the things of a list. */
export function nullablePaths(schema: z.ZodObject, within = ""): readonly string[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    if (field instanceof z.ZodNullable) return [`${within}${name}`];
    return field instanceof z.ZodArray && field.element instanceof z.ZodObject ? nullablePaths(field.element, `${within}${name}.`) : [];
  });
}

/** The same, where no field is null that its schema wants: fields that stand by themselves, and those of the things in lists. */
export function withoutNulls(fields: Readonly<Record<string, Known | undefined>>): Readonly<Record<string, Known | undefined>> {
  return Object.fromEntries(Object.entries(fields).map(([name, known]) => [name, known && { ...inside(known), present: true }]));
}

function inside(known: Known): Known {
  if (known.kind !== "list" || known.of.kind !== "object") return known;
  return { ...known, of: { ...known.of, members: withoutNulls(known.of.members) } };
}
