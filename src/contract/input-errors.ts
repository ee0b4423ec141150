/** Says in a partner's terms what a schema found wrong with a body: stable codes and plain sentences. */

import { z } from "zod";
import type { InvalidReason } from "#lib/body-reasons.ts";
import type { JsonValue } from "#lib/json.ts";
import { schemasAt } from "./strict-schema.ts";

export interface InputError {
  readonly path: readonly PropertyKey[];
  readonly code: InvalidReason;
  readonly detail: string;
}

/** Errors that are reported; a body may hold more. */
const maxErrors = 100;

/** What one body is judged by: its schema, and what to say of a member that is not in it. */
export interface Judged {
  readonly body: JsonValue;
  readonly schema: z.core.$ZodType;
  unknown(path: readonly PropertyKey[]): InputError;
}

export function inputErrors(issues: readonly z.core.$ZodIssue[], judged: Judged): readonly InputError[] {
  const errors: InputError[] = [];
  for (const issue of issues) {
    errors.push(...errorsOf(issue, judged));
    if (errors.length >= maxErrors) break;
  }
  return errors.slice(0, maxErrors);
}

function errorsOf(issue: z.core.$ZodIssue, judged: Judged): readonly InputError[] {
  const { path } = issue;
  const { body, schema } = judged;
  if (issue.code === "unrecognized_keys") return issue.keys.slice(0, maxErrors).map((key) => judged.unknown([...path, key]));
  if (issue.code !== "invalid_union") return [{ path, ...describe(issue, schemasAt(schema, path), valueAt(body, path)) }];
  if ("options" in issue && issue.options !== undefined) return [{ path, ...fromChoice(issue.options, valueAt(body, path)) }];
  const types = issue.errors.flatMap((form) => form.flatMap((one) => (one.code === "invalid_type" && one.path.length === 0 ? [one.expected] : [])));
  if (types.length > 0 && types.length === issue.errors.length) {
    const names = new Set(types.map((type) => typeNames[type] ?? "another value"));
    return [{ path, ...wrongType([...names].join(" or "), valueAt(body, path)) }];
  }
  const nearest = nearestForm(issue.errors);
  if (nearest.length === 0) return [{ path, code: "invalid", detail: "Fits several of the forms that can stand here." }];
  return inputErrors(
    nearest.map((one) => ({ ...one, path: [...path, ...one.path] })),
    judged,
  );
}

/** Of several forms the one that was probably meant: of the right type, and with the least to correct. */
function nearestForm(forms: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const rank = (issues: readonly z.core.$ZodIssue[]): number =>
    issues.length + (issues.some((issue) => issue.code === "invalid_type" && issue.path.length === 0) ? 1_000_000 : 0);
  return forms.reduce((best, form) => (rank(form) < rank(best) ? form : best), forms[0] ?? []);
}

/** Undefined where nothing stands. */
function valueAt(body: JsonValue, path: readonly PropertyKey[]): JsonValue | undefined {
  let here: unknown = body;
  for (const step of path) here = typeof here === "object" && here !== null && Object.hasOwn(here, step) ? Reflect.get(here, step) : undefined;
  return here as JsonValue | undefined; // a part of a JSON value
}

type Description = Pick<InputError, "code" | "detail">;

function describe(issue: z.core.$ZodIssue, schemas: readonly z.core.$ZodType[], value: JsonValue | undefined): Description {
  switch (issue.code) {
    case "invalid_type": {
      const taken = takes(schemas) ?? typeNames[issue.expected] ?? "another value";
      return value === undefined
        ? { code: "required", detail: `Required: ${taken}.` }
        : { code: "wrong-type", detail: `Takes ${taken}, not ${typeOf(value)}.` };
    }
    case "too_big":
    case "too_small":
      return beyond(issue, value);
    case "invalid_format": {
      // The contract's own words, where it has some.
      if (!issue.message.startsWith("Invalid")) return { code: "malformed", detail: issue.message };
      const [example] = schemas.flatMap(examplesOf);
      const form = takes(schemas) ?? formats[issue.format] ?? (example === undefined ? undefined : `a text such as ${JSON.stringify(example)}`);
      return { code: "malformed", detail: form === undefined ? patternDetail(issue) : `Takes ${form}.` };
    }
    case "invalid_value":
      return fromChoice(issue.values, value);
    case "not_multiple_of":
      return { code: "out-of-range", detail: `Takes multiples of ${issue.divisor}.` };
    case "invalid_key":
      return { code: "malformed", detail: "A member cannot have this name here." };
    case "custom":
      return { code: "invalid", detail: issue.message };
    default:
      return { code: "invalid", detail: "Does not fit what is promised here." };
  }
}

function wrongType(taken: string, value: JsonValue | undefined): Description {
  return value === undefined ? { code: "required", detail: `Required: ${taken}.` } : { code: "wrong-type", detail: `Takes ${taken}, not ${typeOf(value)}.` };
}

const typeNames: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

const formats: Readonly<Record<string, string>> = {
  date: 'a date, YYYY-MM-DD, such as "2026-01-31"',
  datetime: 'an instant in UTC, such as "2026-01-31T09:30:00Z"',
  time: 'a time of day, such as "09:30:00"',
  email: "an e-mail address",
  url: "a URL",
  uuid: "a UUID",
};

/** A text whose kind says more than its type. */
function takes(schemas: readonly z.core.$ZodType[]): string | undefined {
  const [schema, other] = schemas;
  if (other !== undefined) return undefined;
  if (schema instanceof z.ZodISODate) return formats["date"];
  if (schema instanceof z.ZodISODateTime) return formats["datetime"];
  if (!(schema instanceof z.ZodString) || schema.meta()?.["format"] !== "decimal") return undefined;
  return `a decimal number as a text, such as ${JSON.stringify(examplesOf(schema)[0] ?? "12.500")}`;
}

function examplesOf(schema: z.core.$ZodType): readonly unknown[] {
  const examples = schema instanceof z.ZodType ? schema.meta()?.["examples"] : undefined;
  return Array.isArray(examples) ? examples : [];
}

function typeOf(value: JsonValue): string {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isInteger(value) ? "a number" : "a number with decimals";
  return typeNames[Array.isArray(value) ? "array" : typeof value] ?? "this";
}

function beyond(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall, value: JsonValue | undefined): Description {
  const big = issue.code === "too_big";
  const limit = big ? issue.maximum : issue.minimum;
  const length = typeof value === "string" || Array.isArray(value) ? value.length : undefined;
  if (length === undefined) {
    const edge = big ? (issue.inclusive ? "at most" : "less than") : issue.inclusive ? "at least" : "more than";
    return { code: "out-of-range", detail: `Takes numbers of ${edge} ${limit}.` };
  }
  const one = Number(limit) === 1;
  const what = typeof value === "string" ? (one ? "character" : "characters") : one ? "element" : "elements";
  const edge = issue.exact ? "exactly" : big ? "at most" : "at least";
  return { code: big ? "too-long" : "too-short", detail: `Takes ${edge} ${limit} ${what}; there ${length === 1 ? "is" : "are"} ${length}.` };
}

const shownValues = 30;

function fromChoice(values: readonly z.core.util.Primitive[], value: JsonValue | undefined): Description {
  const shown = values.slice(0, shownValues).map((one) => JSON.stringify(one) ?? String(one));
  const choice = `${shown.length > 1 ? "one of " : ""}${shown.join(", ")}${values.length > shownValues ? " and others" : ""}`;
  return value === undefined ? { code: "required", detail: `Required: ${choice}.` } : { code: "not-one-of", detail: `Takes ${choice}.` };
}

function patternDetail({ pattern, format }: z.core.$ZodIssueInvalidStringFormat): string {
  return format === "regex" && pattern !== undefined ? `Does not match the pattern ${pattern.slice(0, 100)}.` : "Does not have the form of what is taken here.";
}
