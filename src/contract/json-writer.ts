/** Writes values as JSON by their schema: what does not belong is cut, what does not fit is refused. */

import { z } from "zod";
import { hasChecks, isCertain, isSafeInteger, type Known } from "./certain.ts";
import { passes, stringTest } from "./string-test.ts";

/** The JSON text of a value that fits the schema, or undefined for one that does not. */
export type JsonWriter = (value: unknown) => string | undefined;

/**
 * Says what parsing with Zod and then `JSON.stringify` would, at half the cost: values are checked in place and copied
 * only where something has to be cut. What is `known` of them is not checked again. What it does not know of a schema it
 * hands to Zod.
 */
export function jsonWriter(schema: z.core.$ZodType, known?: Known): JsonWriter {
  const check = checkOf(schema, known);
  return (value) => {
    const checked = check(value);
    return checked === misfit ? undefined : JSON.stringify(checked);
  };
}

const misfit = Symbol("misfit");

/** The value to write, the same one where nothing has to be cut, or `misfit`. */
type Check = (value: unknown) => unknown;

const fits: Check = (value) => value;

function checkOf(schema: z.core.$ZodType, known: Known | undefined): Check {
  if (isCertain(schema, known)) return fits;
  if (schema instanceof z.ZodObject) return objectCheck(schema, known?.kind === "object" ? known : undefined);
  if (schema instanceof z.ZodNullable) return nullableCheck(schema, known);
  if (schema instanceof z.ZodEnum) return enumCheck(schema);
  const test = stringTest(schema, known?.kind);
  if (test === passes) return (value) => (typeof value === "string" ? value : misfit);
  if (test !== undefined) return (value) => (typeof value === "string" && test(value) ? value : misfit);
  if (schema instanceof z.ZodString || hasChecks(schema)) return parsing(schema);
  if (schema instanceof z.ZodArray) return arrayCheck(schema, known?.kind === "list" ? known.of : undefined);
  if (schema instanceof z.ZodBoolean) return (value) => (typeof value === "boolean" ? value : misfit);
  if (isSafeInteger(schema)) return (value) => (Number.isSafeInteger(value) ? value : misfit);
  return parsing(schema);
}

/** The long way, for everything else that a schema can say. */
function parsing(schema: z.core.$ZodType): Check {
  return (value) => {
    const parsed = z.safeParse(schema, value);
    return parsed.success ? parsed.data : misfit;
  };
}

function objectCheck(schema: z.ZodObject, known: Extract<Known, { readonly kind: "object" }> | undefined): Check {
  const { catchall, shape } = schema._zod.def;
  const strict = catchall instanceof z.ZodNever;
  if (hasChecks(schema) || (catchall !== undefined && !strict)) return parsing(schema);
  const fields = Object.entries(shape).map(([name, inner]) => {
    const optional = inner instanceof z.ZodOptional;
    return { name, optional, check: checkOf(optional ? inner.unwrap() : inner, known?.members[name]) };
  });
  const uncertain = fields.filter(({ optional, check }) => optional || check !== fits);
  const certain = fields.length - uncertain.length;
  const exact = known?.exact === true && Object.keys(known.members).every((name) => Object.hasOwn(shape, name));
  return (value) => {
    if (!isRecord(value)) return misfit;
    let cuts = false;
    let present = certain;
    for (const { name, optional, check } of uncertain) {
      const member = value[name];
      if (member === undefined && optional) {
        if (name in value) present += 1;
        continue;
      }
      const checked = check(member);
      if (checked === misfit) return misfit;
      if (checked !== member) cuts = true;
      present += 1;
    }
    const whole = exact || Object.keys(value).length === present;
    if (whole && !cuts) return value;
    if (strict && !whole) return misfit;
    const cut: Record<string, unknown> = {};
    for (const { name, optional, check } of fields) if (!optional || value[name] !== undefined) cut[name] = check(value[name]);
    return cut;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function arrayCheck(schema: z.ZodArray, known: Known | undefined): Check {
  const check = checkOf(schema.element, known);
  return (value) => {
    if (!Array.isArray(value)) return misfit;
    let cut: unknown[] | undefined;
    for (let at = 0; at < value.length; at += 1) {
      const item: unknown = value[at];
      const checked = check(item);
      if (checked === misfit) return misfit;
      if (cut !== undefined) cut.push(checked);
      else if (checked !== item) cut = [...value.slice(0, at), checked];
    }
    return cut ?? value;
  };
}

function nullableCheck(schema: z.ZodNullable, known: Known | undefined): Check {
  const check = checkOf(schema.unwrap(), known);
  return (value) => (value === null ? null : check(value));
}

function enumCheck(schema: z.ZodEnum): Check {
  const values = new Set<unknown>(Object.values(schema._zod.def.entries));
  return (value) => (values.has(value) ? value : misfit);
}
