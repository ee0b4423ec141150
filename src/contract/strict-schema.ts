/** Makes the schema of an input strict at every depth, and finds what of it describes a place in a body. */

import { z } from "zod";

type Schema = z.core.$ZodType;

/** The same schema, but every object in it takes the members it names and no other, `z.looseObject` included. */
export function strictAtEveryDepth(schema: Schema): Schema {
  const known = new Map<Schema, Schema>();
  const strict = (one: Schema): Schema => {
    const made = known.get(one) ?? make(one);
    known.set(one, made);
    return made;
  };
  const make = (one: Schema): Schema => {
    const { clone } = z.core;
    const { mergeDefs } = z.core.util; // Keeps getters, such as a default that is made anew each time.
    if (one instanceof z.ZodObject) {
      const shape = {};
      // Looked up when it is needed: a schema may contain itself.
      for (const name of Object.keys(one.shape)) Object.defineProperty(shape, name, { enumerable: true, get: () => strict(one.shape[name]) });
      return clone(one, mergeDefs(one._zod.def, { shape, catchall: z.never() }));
    }
    if (one instanceof z.ZodLazy) return z.lazy(() => strict(one.unwrap()));
    if (one instanceof z.ZodArray) return clone(one, mergeDefs(one._zod.def, { element: strict(one.element) }));
    if (one instanceof z.ZodUnion) return clone(one, mergeDefs(one._zod.def, { options: one.options.map(strict) }));
    if (one instanceof z.ZodIntersection) return clone(one, mergeDefs(one._zod.def, { left: strict(one._zod.def.left), right: strict(one._zod.def.right) }));
    if (one instanceof z.ZodRecord) return clone(one, mergeDefs(one._zod.def, { valueType: strict(one.valueType) }));
    if (one instanceof z.ZodTuple) {
      const { items, rest } = one._zod.def;
      return clone(one, mergeDefs(one._zod.def, { items: items.map(strict), rest: rest && strict(rest) }));
    }
    if (one instanceof z.ZodPipe) {
      const { in: first, out } = one._zod.def;
      // `z.preprocess` is a transform before the schema of the body; any other second half sees what the first let through.
      return clone(one, mergeDefs(one._zod.def, first instanceof z.ZodTransform ? { out: strict(out) } : { in: strict(first) }));
    }
    if (isWrapper(one)) return clone(one, mergeDefs(one._zod.def, { innerType: strict(one._zod.def.innerType) }));
    return one;
  };
  return strict(schema);
}

type Wrapper = Schema & { readonly _zod: { readonly def: { readonly innerType: Schema } } };

/** `optional`, `nullable`, `default`, `readonly` and their like. */
function isWrapper(schema: Schema): schema is Wrapper {
  return "innerType" in schema._zod.def && !(schema instanceof z.ZodLazy);
}

/** What may stand at `path`, without wrappers; several for unions and intersections. */
export function schemasAt(schema: Schema, path: readonly PropertyKey[]): readonly Schema[] {
  let here = alternatives(schema);
  for (const step of path) here = here.flatMap((one) => inside(one, step)).flatMap(alternatives);
  return here;
}

function alternatives(schema: Schema): readonly Schema[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  if (schema instanceof z.ZodIntersection) return [schema._zod.def.left, schema._zod.def.right].flatMap(alternatives);
  if (schema instanceof z.ZodPipe) return alternatives(schema._zod.def.in instanceof z.ZodTransform ? schema._zod.def.out : schema._zod.def.in);
  if (schema instanceof z.ZodLazy) return alternatives(schema.unwrap());
  return isWrapper(schema) ? alternatives(schema._zod.def.innerType) : [schema];
}

function inside(schema: Schema, step: PropertyKey): readonly Schema[] {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, step) ? [schema.shape[String(step)]] : [];
  if (schema instanceof z.ZodArray) return [schema.element];
  if (schema instanceof z.ZodRecord) return [schema.valueType];
  if (!(schema instanceof z.ZodTuple)) return [];
  const { items, rest } = schema._zod.def;
  const item = typeof step === "number" ? (items[step] ?? rest) : undefined;
  return item ? [item] : [];
}
