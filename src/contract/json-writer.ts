/** Writes values as JSON by their schema: what does not belong is cut, what does not fit is refused. */

import { z } from "zod";

/** The JSON text of a value that fits the schema, or undefined for one that does not. */
export type JsonWriter = (value: unknown) => string | undefined;

/**
 * Says what parsing with Zod and then `JSON.stringify` would, at half the cost: values are checked in place and copied
 * only where something has to be cut. What it does not know of a schema it hands to Zod.
 */
export function jsonWriter(schema: z.core.$ZodType): JsonWriter {
  const check = checkOf(schema);
  return (value) => {
    const checked = check(value);
    return checked === misfit ? undefined : JSON.stringify(checked);
  };
}

const misfit = Symbol("misfit");

/** The value to write, the same one where nothing has to be cut, or `misfit`. */
type Check = (value: unknown) => unknown;

function checkOf(schema: z.core.$ZodType): Check {
  if (schema instanceof z.ZodObject) return objectCheck(schema);
  if (schema instanceof z.ZodNullable) return nullableCheck(schema);
  if (schema instanceof z.ZodEnum) return enumCheck(schema);
  if (schema instanceof z.ZodString) return stringCheck(schema) ?? parsing(schema);
  if (hasChecks(schema)) return parsing(schema);
  if (schema instanceof z.ZodArray) return arrayCheck(schema);
  if (schema instanceof z.ZodBoolean) return (value) => (typeof value === "boolean" ? value : misfit);
  if (schema instanceof z.ZodNumberFormat && schema._zod.def.format === "safeint") return (value) => (Number.isSafeInteger(value) ? value : misfit);
  if (schema instanceof z.ZodISODateTime) return instantCheck(schema._zod.pattern);
  if (schema instanceof z.ZodISODate) return remembering(schema._zod.pattern);
  return parsing(schema);
}

function hasChecks(schema: z.core.$ZodType): boolean {
  return (schema._zod.def.checks?.length ?? 0) > 0;
}

/** The long way, for everything else that a schema can say. */
function parsing(schema: z.core.$ZodType): Check {
  return (value) => {
    const parsed = z.safeParse(schema, value);
    return parsed.success ? parsed.data : misfit;
  };
}

function objectCheck(schema: z.ZodObject): Check {
  const { catchall } = schema._zod.def;
  const strict = catchall instanceof z.ZodNever;
  if (hasChecks(schema) || (catchall !== undefined && !strict)) return parsing(schema);
  const fields = Object.entries(schema._zod.def.shape).map(([name, inner]) => {
    const optional = inner instanceof z.ZodOptional;
    return { name, optional, check: checkOf(optional ? inner.unwrap() : inner) };
  });
  return (value) => {
    if (!isRecord(value)) return misfit;
    let exact = true;
    let present = 0;
    for (const { name, optional, check } of fields) {
      const member = value[name];
      if (member === undefined && optional) {
        if (name in value) present += 1;
        continue;
      }
      const checked = check(member);
      if (checked === misfit) return misfit;
      if (checked !== member) exact = false;
      present += 1;
    }
    if (Object.keys(value).length === present && exact) return value;
    if (strict && Object.keys(value).length !== present) return misfit;
    const cut: Record<string, unknown> = {};
    for (const { name, optional, check } of fields) if (!optional || value[name] !== undefined) cut[name] = check(value[name]);
    return cut;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function arrayCheck(schema: z.ZodArray): Check {
  const check = checkOf(schema.element);
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

function nullableCheck(schema: z.ZodNullable): Check {
  const check = checkOf(schema.unwrap());
  return (value) => (value === null ? null : check(value));
}

function enumCheck(schema: z.ZodEnum): Check {
  const values = new Set<unknown>(Object.values(schema._zod.def.entries));
  return (value) => (values.has(value) ? value : misfit);
}

/** Undefined where the schema does more than limit the length and match patterns. */
function stringCheck(schema: z.ZodString): Check | undefined {
  if (schema._zod.def.coerce === true) return undefined;
  let min = 0;
  let max = Number.POSITIVE_INFINITY;
  const patterns: RegExp[] = [];
  for (const {
    _zod: { def },
  } of schema._zod.def.checks ?? []) {
    if (def.check === "min_length" && "minimum" in def && typeof def.minimum === "number") min = Math.max(min, def.minimum);
    else if (def.check === "max_length" && "maximum" in def && typeof def.maximum === "number") max = Math.min(max, def.maximum);
    else if (isPattern(def)) patterns.push(def.pattern);
    else return undefined;
  }
  return (value) => {
    if (typeof value !== "string" || value.length < min || value.length > max) return misfit;
    for (const pattern of patterns) if (!pattern.test(value)) return misfit;
    return value;
  };
}

/** A pattern without a memory of where it last matched. */
function isPattern(def: object): def is { readonly pattern: RegExp } {
  return "format" in def && def.format === "regex" && "pattern" in def && def.pattern instanceof RegExp && !def.pattern.global && !def.pattern.sticky;
}

const maxRemembered = 20_000;

/** Calendar dates repeat, and Zod's pattern for them, leap years included, is the most expensive of all. */
function remembering(pattern: RegExp): Check {
  const known = new Set<unknown>();
  return (value) => {
    if (known.has(value)) return value;
    if (typeof value !== "string" || !pattern.test(value)) return misfit;
    if (known.size >= maxRemembered) known.clear();
    known.add(value);
    return value;
  };
}

const timeOfDay = /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** The pattern of `z.iso.datetime()` without options: that of dates, and `timeOfDay`. */
const utcPattern = z.iso.datetime()._zod.pattern.source;

function instantCheck(pattern: RegExp): Check {
  const date = remembering(z.iso.date()._zod.pattern);
  const inTwo = pattern.source === utcPattern;
  return (value) => {
    if (typeof value !== "string") return misfit;
    if (inTwo && timeOfDay.test(value.slice(10)) && date(value.slice(0, 10)) !== misfit) return value;
    return pattern.test(value) ? value : misfit;
  };
}
