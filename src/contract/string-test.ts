/** Tests strings by their Zod schema, leaving out what is known of them already. */

import { z } from "zod";
import { wire } from "./wire.ts";

export type StringTest = (value: string) => boolean;

/** Nothing is left to test. */
export const passes: StringTest = () => true;

/**
 * What a string still has to pass to fit the schema, or undefined where only Zod itself can tell. Of a `known` kind of
 * value, such as a date that a conversion wrote, the pattern of that kind need not be tried again.
 */
export function stringTest(schema: z.core.$ZodType, known: string | undefined): StringTest | undefined {
  if (schema instanceof z.ZodISODateTime) return dateTimeTest(schema, known);
  if (schema instanceof z.ZodISODate) return hasChecks(schema) ? undefined : known === "date" ? passes : remembering(schema._zod.pattern);
  return schema instanceof z.ZodString ? plainStringTest(schema, known) : undefined;
}

function hasChecks(schema: z.core.$ZodType): boolean {
  return (schema._zod.def.checks?.length ?? 0) > 0;
}

const decimalPattern = patternsOf(wire.decimal()).join();

function patternsOf(schema: z.ZodString): readonly string[] {
  return (schema._zod.def.checks ?? []).flatMap(({ _zod: { def } }) => (isPattern(def) ? [def.pattern.source] : []));
}

/** Undefined where the schema does more than limit the length and match patterns. */
function plainStringTest(schema: z.ZodString, known: string | undefined): StringTest | undefined {
  if (schema._zod.def.coerce === true) return undefined;
  let min = 0;
  let max = Number.POSITIVE_INFINITY;
  const patterns: RegExp[] = [];
  for (const {
    _zod: { def },
  } of schema._zod.def.checks ?? []) {
    if (def.check === "min_length" && "minimum" in def && typeof def.minimum === "number") min = Math.max(min, def.minimum);
    else if (def.check === "max_length" && "maximum" in def && typeof def.maximum === "number") max = Math.min(max, def.maximum);
    else if (!isPattern(def)) return undefined;
    else if (known !== "decimal" || def.pattern.source !== decimalPattern) patterns.push(def.pattern);
  }
  const [pattern, ...more] = patterns;
  if (pattern === undefined) return min === 0 && max === Number.POSITIVE_INFINITY ? passes : (value) => value.length >= min && value.length <= max;
  return (value) => value.length >= min && value.length <= max && pattern.test(value) && more.every((one) => one.test(value));
}

/** A pattern without a memory of where it last matched. */
function isPattern(def: object): def is { readonly pattern: RegExp } {
  return "format" in def && def.format === "regex" && "pattern" in def && def.pattern instanceof RegExp && !def.pattern.global && !def.pattern.sticky;
}

const maxRemembered = 20_000;

/** Calendar dates repeat, and Zod's pattern for them, leap years included, is the most expensive of all. */
function remembering(pattern: RegExp): StringTest {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return true;
    if (!pattern.test(value)) return false;
    if (known.size >= maxRemembered) known.clear();
    known.add(value);
    return true;
  };
}

const timeOfDay = /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** The pattern of `z.iso.datetime()` without options: that of dates, and `timeOfDay`. */
const utcPattern = z.iso.datetime()._zod.pattern.source;

function dateTimeTest(schema: z.ZodISODateTime, known: string | undefined): StringTest | undefined {
  if (hasChecks(schema)) return undefined;
  const { pattern } = schema._zod;
  if (pattern.source !== utcPattern) return (value) => pattern.test(value);
  if (known === "date-time") return passes;
  const date = remembering(z.iso.date()._zod.pattern);
  return (value) => (timeOfDay.test(value.slice(10)) && date(value.slice(0, 10))) || pattern.test(value);
}
