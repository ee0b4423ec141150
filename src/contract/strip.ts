/** Parses what is about to leave by the contract's schema: unknown fields are cut, wrong ones stop the response. */

import { z } from "zod";
import { Problem } from "#lib/problems.ts";
import { type Known, nullablePaths, withoutNulls } from "./certain.ts";
import { type JsonWriter, jsonWriter } from "./json-writer.ts";
import { itemSchema, type Shaped } from "./response-schema.ts";

/** A row that does not fit, for the log: where it does not, never what stands there. */
export class DataInvalid extends Error {
  readonly resource: string;
  readonly id: string;
  readonly fields: readonly string[];

  constructor(resource: string, id: string, fields: readonly string[]) {
    super(`${resource} ${id} does not fit the contract in ${fields.join(", ")}`);
    this.name = "DataInvalid";
    this.resource = resource;
    this.id = id;
    this.fields = fields;
  }
}

/** Selections whose schema is kept; callers choose them, so there must be an end. */
const maxSchemas = 200;

/** The items as the text of a JSON array. `nulls`: the paths of fields that are null in one of them, where that is known. */
export type Strip = (items: readonly Record<string, unknown>[], fields: readonly string[], nulls?: ReadonlySet<string>) => string;

/** How a selection is written. */
interface Writers {
  readonly checked: JsonWriter;
  /** Where no field is null but those of `nullable`, fewer values have to be looked at. */
  readonly withoutNulls: JsonWriter;
  readonly nullable: ReadonlySet<string>;
}

/** `knownFields`: what is certain of each field's values. */
export function stripTo(contract: Shaped, knownFields: Readonly<Record<string, Known | undefined>>): Strip {
  const known = new Map<string, Writers>();
  const writersOf = (fields: readonly string[]): Writers => {
    const key = fields.join(",");
    const found = known.get(key) ?? writers(itemSchema(contract, fields), Object.fromEntries(fields.map((field) => [field, knownFields[field]])));
    if (known.size >= maxSchemas) known.clear();
    known.set(key, found);
    return found;
  };
  // Most selections are the one list of all that a caller may see.
  const bySelection = new WeakMap<readonly string[], Writers>();
  return (items, fields, nulls) => {
    const found = bySelection.get(fields) ?? writersOf(fields);
    bySelection.set(fields, found);
    const write = nulls !== undefined && isWithin(nulls, found.nullable) ? found.withoutNulls : found.checked;
    return write(items) ?? refuse(contract, items, fields);
  };
}

function writers(schema: z.ZodObject, members: Readonly<Record<string, Known | undefined>>): Writers {
  const writer = (of: typeof members): JsonWriter => jsonWriter(z.array(schema), { kind: "list", of: { kind: "object", members: of, exact: false } });
  return { checked: writer(members), withoutNulls: writer(withoutNulls(members)), nullable: new Set(nullablePaths(schema)) };
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  for (const one of some) if (!all.has(one)) return false;
  return true;
}

/** Parses again, the slow way that names what is wrong. */
function refuse(contract: Shaped, items: readonly Record<string, unknown>[], fields: readonly string[]): never {
  const issues = z.array(itemSchema(contract, fields)).safeParse(items).error?.issues ?? [];
  const index = typeof issues[0]?.path[0] === "number" ? issues[0].path[0] : 0;
  const wrong = new Set(issues.filter((issue) => issue.path[0] === index).map((issue) => issue.path.slice(1).join(".")));
  throw new Problem("source-data-invalid", "A record cannot be shown because it does not fit what this API promises. The operator has been alerted.", {
    cause: new DataInvalid(contract.name, String(items[index]?.["id"]), [...wrong]),
  });
}
