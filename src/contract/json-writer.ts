/** Writes values as JSON by their schema: checks, cuts and serialises in one pass. */

import { z } from "zod";

/**
 * Answers exactly what parsing with Zod and `JSON.stringify` would, in about half the time; what it does not know of a
 * schema it hands to those two. The JSON text of a value that fits the schema, or undefined for one that does not.
 */
export type JsonWriter = (value: unknown) => string | undefined;

export function jsonWriter(schema: z.core.$ZodType): JsonWriter {
  if (schema instanceof z.ZodObject) return objectWriter(schema);
  if (schema instanceof z.ZodArray && !hasChecks(schema)) return arrayWriter(schema);
  if (schema instanceof z.ZodNullable) return nullableWriter(schema);
  if (schema instanceof z.ZodEnum) return enumWriter(schema);
  if (schema instanceof z.ZodBoolean && !hasChecks(schema)) return (value) => (value === true ? "true" : value === false ? "false" : undefined);
  if (schema instanceof z.ZodNumberFormat && schema._zod.def.format === "safeint" && !hasChecks(schema))
    return (value) => (Number.isSafeInteger(value) ? String(value) : undefined);
  if (schema instanceof z.ZodISODateTime && !hasChecks(schema)) return instantWriter(schema._zod.pattern);
  if (schema instanceof z.ZodISODate && !hasChecks(schema)) return remembering(schema._zod.pattern);
  if (schema instanceof z.ZodString) return stringWriter(schema) ?? parsingWriter(schema);
  return parsingWriter(schema);
}

function hasChecks(schema: z.core.$ZodType): boolean {
  return (schema._zod.def.checks?.length ?? 0) > 0;
}

/** The long way, for everything else that a schema can say. */
function parsingWriter(schema: z.core.$ZodType): JsonWriter {
  return (value) => {
    const parsed = z.safeParse(schema, value);
    return parsed.success ? JSON.stringify(parsed.data) : undefined;
  };
}

function objectWriter(schema: z.ZodObject): JsonWriter {
  const { catchall } = schema._zod.def;
  const strict = catchall instanceof z.ZodNever;
  if (hasChecks(schema) || (catchall !== undefined && !strict)) return parsingWriter(schema);
  const fields = Object.entries(schema._zod.def.shape).map(([name, inner]) => {
    const optional = inner instanceof z.ZodOptional;
    return { name, prefix: `${JSON.stringify(name)}:`, optional, write: jsonWriter(optional ? inner.unwrap() : inner) };
  });
  return (value) => {
    if (!isRecord(value)) return undefined;
    let text = "";
    let absent = 0;
    for (const { name, prefix, optional, write } of fields) {
      const member = value[name];
      if (member === undefined && optional) {
        if (!(name in value)) absent += 1;
        continue;
      }
      const written = write(member);
      if (written === undefined) return undefined;
      text += text === "" ? prefix + written : `,${prefix}${written}`;
    }
    if (strict && Object.keys(value).length !== fields.length - absent) return undefined;
    return `{${text}}`;
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function arrayWriter(schema: z.ZodArray): JsonWriter {
  const write = jsonWriter(schema.element);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    let text = "";
    for (const item of value) {
      const written = write(item);
      if (written === undefined) return undefined;
      text += text === "" ? written : `,${written}`;
    }
    return `[${text}]`;
  };
}

function nullableWriter(schema: z.ZodNullable): JsonWriter {
  const write = jsonWriter(schema.unwrap());
  return (value) => (value === null ? "null" : write(value));
}

function enumWriter(schema: z.ZodEnum): JsonWriter {
  const texts = new Map<unknown, string>(Object.values(schema._zod.def.entries).map((value) => [value, JSON.stringify(value)]));
  return (value) => texts.get(value);
}

/** What JSON must escape: quotes, backslashes, control characters, and surrogates, since they may be alone. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function quote(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Undefined where the schema does more than limit the length and match patterns. */
function stringWriter(schema: z.ZodString): JsonWriter | undefined {
  if (schema._zod.def.coerce === true) return undefined;
  let min = 0;
  let max = Number.POSITIVE_INFINITY;
  const patterns: RegExp[] = [];
  for (const {
    _zod: { def },
  } of schema._zod.def.checks ?? []) {
    if (def.check === "min_length" && "minimum" in def && typeof def.minimum === "number") min = Math.max(min, def.minimum);
    else if (def.check === "max_length" && "maximum" in def && typeof def.maximum === "number") max = Math.min(max, def.maximum);
    else if (
      def.check === "string_format" &&
      "format" in def &&
      def.format === "regex" &&
      "pattern" in def &&
      def.pattern instanceof RegExp &&
      !def.pattern.global &&
      !def.pattern.sticky
    )
      patterns.push(def.pattern);
    else return undefined;
  }
  return (value) => {
    if (typeof value !== "string" || value.length < min || value.length > max) return undefined;
    for (const pattern of patterns) if (!pattern.test(value)) return undefined;
    return quote(value);
  };
}

const maxRemembered = 20_000;

/** Calendar dates repeat, and Zod's pattern for them, leap years included, is the most expensive of all. */
function remembering(pattern: RegExp): JsonWriter {
  const texts = new Map<string, string>();
  return (value) => {
    if (typeof value !== "string") return undefined;
    const known = texts.get(value);
    if (known !== undefined) return known;
    if (!pattern.test(value)) return undefined;
    const text = quote(value);
    if (texts.size >= maxRemembered) texts.clear();
    texts.set(value, text);
    return text;
  };
}

const timeOfDay = /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** The date of an instant by the pattern of dates, remembered; all else by the schema's own pattern. */
function instantWriter(pattern: RegExp): JsonWriter {
  const date = remembering(z.iso.date()._zod.pattern);
  return (value) => {
    if (typeof value !== "string") return undefined;
    if (timeOfDay.test(value.slice(10)) && date(value.slice(0, 10)) !== undefined && pattern.source === utcPattern) return `"${value}"`;
    return pattern.test(value) ? quote(value) : undefined;
  };
}

/** The pattern of `z.iso.datetime()` without options, which is what the two shorter ones together say. */
const utcPattern = z.iso.datetime()._zod.pattern.source;
