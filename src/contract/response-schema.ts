/** The schemas that responses are parsed by before they leave, and that documents show. */

import { z } from "zod";
import type { Contract } from "./contract.ts";

/** Fields a caller with `scopes` may see, in the contract's order. */
export function visibleFields(contract: Contract, scopes: ReadonlySet<string>): readonly string[] {
  return Object.keys(contract.model.shape).filter((field) => {
    const scope = contract.hide[field];
    return scope === undefined || scopes.has(scope);
  });
}

/** Child rows that a list leaves out unless asked for. */
export function expandable(contract: Contract): readonly string[] {
  return contract.reads.list?.expand ?? [];
}

/** What it takes to write things of some kind. */
export interface Shaped {
  readonly name: string;
  readonly model: z.ZodObject;
}

/** One thing cut to `fields`. Names that are not in the contract are dropped from rows, never sent. */
export function itemSchema(contract: Shaped, fields: readonly string[]): z.ZodObject {
  const shape: Record<string, z.core.$ZodType> = {};
  for (const field of fields) {
    const schema = contract.model.shape[field];
    if (schema !== undefined) shape[field] = schema;
  }
  return z.object(shape);
}
