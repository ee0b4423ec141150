/** Parses what is about to leave by the contract's schema: unknown fields are cut, wrong ones stop the response. */

import { z } from "zod";
import type { Contract } from "#contract/contract.ts";
import { itemSchema } from "#contract/response-schema.ts";
import { Problem } from "#lib/problems.ts";

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

export type Strip = (items: readonly Record<string, unknown>[], fields: readonly string[]) => readonly unknown[];

export function stripTo(contract: Contract): Strip {
  const schemas = new Map<string, z.ZodArray<z.ZodObject>>();
  return (items, fields) => {
    const key = fields.join(",");
    let schema = schemas.get(key);
    if (schema === undefined) {
      schema = z.array(itemSchema(contract, fields));
      if (schemas.size >= maxSchemas) schemas.clear();
      schemas.set(key, schema);
    }
    const parsed = schema.safeParse(items);
    if (parsed.success) return parsed.data;
    const [first] = parsed.error.issues;
    const index = typeof first?.path[0] === "number" ? first.path[0] : 0;
    const wrong = new Set(parsed.error.issues.filter((issue) => issue.path[0] === index).map((issue) => issue.path.slice(1).join(".")));
    throw new Problem("source-data-invalid", "A record cannot be shown because it does not fit what this API promises. The operator has been alerted.", {
      cause: new DataInvalid(contract.name, String(items[index]?.["id"]), [...wrong]),
    });
  };
}
