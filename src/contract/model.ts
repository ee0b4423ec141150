/** What the language needs to know of a contract's Zod model: its field paths and each field's kind of value. */

import { z } from "zod";

/** A resource's newest shape: an object with an opaque `id`. */
export type Model = z.ZodObject<{ id: z.ZodString } & z.core.$ZodLooseShape>;

type Plain<T> = NonNullable<T>;

/** Names of a model's fields, and `group.member` for the members of its objects. */
export type FieldPath<M extends z.ZodObject> = PathOf<z.output<M>>;

type PathOf<T> = {
  [K in keyof T & string]: Plain<T[K]> extends readonly unknown[] ? K : Plain<T[K]> extends object ? K | `${K}.${keyof Plain<T[K]> & string}` : K;
}[keyof T & string];

/** The value behind a field path. */
export type ValueAt<M extends z.ZodObject, P extends string> = P extends keyof z.output<M>
  ? z.output<M>[P]
  : P extends `${infer K}.${infer Member}`
    ? K extends keyof z.output<M>
      ? Member extends keyof Plain<z.output<M>[K]>
        ? Plain<z.output<M>[K]>[Member]
        : never
      : never
    : never;

/** How a field's value is written in a query parameter, and which comparisons make sense for it. */
export type ValueKind =
  | { readonly kind: "text" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "boolean" }
  | { readonly kind: "integer" }
  | { readonly kind: "decimal" }
  | { readonly kind: "date" }
  | { readonly kind: "date-time" };

/** The schema of a field without its `nullable`, `optional` and `default` wrappers. */
function unwrap(schema: z.core.$ZodType): { readonly schema: z.core.$ZodType; readonly nullable: boolean; readonly optional: boolean } {
  let inner = schema;
  let nullable = false;
  let optional = false;
  for (;;) {
    if (inner instanceof z.ZodNullable) nullable = true;
    else if (inner instanceof z.ZodOptional) optional = true;
    else return { schema: inner, nullable, optional };
    inner = inner.unwrap();
  }
}

/** The schema at `path` of an object, or undefined where the path leads nowhere. */
export function schemaAt(model: z.core.$ZodType, path: string): z.core.$ZodType | undefined {
  let here: z.core.$ZodType | undefined = model;
  for (const name of path.split(".")) {
    const { schema } = unwrap(here);
    if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, name)) return undefined;
    here = schema.shape[name];
    if (here === undefined) return undefined;
  }
  return here;
}

/** Whether the value at `path` may be null or absent, members of lists included; undefined where the path leads nowhere. */
export function isNullable(model: z.core.$ZodType, path: string): boolean | undefined {
  const names = path.split(".");
  let here: z.core.$ZodType | undefined = model;
  let nullable = false;
  for (const name of names) {
    let { schema } = unwrap(here);
    while (schema instanceof z.ZodArray) schema = unwrap(schema.element).schema;
    here = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    if (here === undefined) return undefined;
    const wrapped = unwrap(here);
    nullable = wrapped.nullable || wrapped.optional;
  }
  return nullable;
}

/** The kind of value a leaf schema describes, or undefined for objects, lists and anything that is not a leaf. */
export function valueKind(schema: z.core.$ZodType): ValueKind | undefined {
  const leaf = unwrap(schema).schema;
  if (leaf instanceof z.ZodEnum) return { kind: "choice", values: leaf.options.map(String) };
  if (leaf instanceof z.ZodLiteral) return { kind: "choice", values: [...leaf.values].map(String) };
  if (leaf instanceof z.ZodBoolean) return { kind: "boolean" };
  if (leaf instanceof z.ZodNumber) return { kind: "integer" };
  if (leaf instanceof z.ZodISODate) return { kind: "date" };
  if (leaf instanceof z.ZodISODateTime) return { kind: "date-time" };
  if (leaf instanceof z.ZodString) return leaf.meta()?.["format"] === "decimal" ? { kind: "decimal" } : { kind: "text" };
  return undefined;
}

export function isOrdered(kind: ValueKind): boolean {
  return kind.kind === "integer" || kind.kind === "decimal" || kind.kind === "date" || kind.kind === "date-time";
}
