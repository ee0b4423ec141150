/** Parses what is about to leave by the contract's schema: unknown fields are cut, wrong ones stop the response. */

import { z } from "zod";
import type { Contract } from "#contract/contract.ts";
import { type JsonWriter, jsonWriter, type Known } from "#contract/json-writer.ts";
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

/** The items as the text of a JSON array. */
export type Strip = (items: readonly Record<string, unknown>[], fields: readonly string[]) => string;

/** `known`: what is certain of each field's values. */
export function stripTo(contract: Contract, known: Readonly<Record<string, Known | undefined>>): Strip {
  const writers = new Map<string, JsonWriter>();
  const writerOf = (fields: readonly string[]): JsonWriter => {
    const key = fields.join(",");
    const found = writers.get(key) ?? jsonWriter(z.array(itemSchema(contract, fields)), knownOfList(fields));
    if (writers.size >= maxSchemas) writers.clear();
    writers.set(key, found);
    return found;
  };
  const knownOfList = (fields: readonly string[]): Known => {
    const members = Object.fromEntries(fields.map((field) => [field, known[field]]));
    return { kind: "list", of: { kind: "object", members, exact: false } };
  };
  // Most selections are the one list of all that a caller may see.
  const bySelection = new WeakMap<readonly string[], JsonWriter>();
  return (items, fields) => {
    const write = bySelection.get(fields) ?? writerOf(fields);
    bySelection.set(fields, write);
    return write(items) ?? refuse(contract, items, fields);
  };
}

/** Parses again, the slow way that names what is wrong. */
function refuse(contract: Contract, items: readonly Record<string, unknown>[], fields: readonly string[]): never {
  const issues = z.array(itemSchema(contract, fields)).safeParse(items).error?.issues ?? [];
  const index = typeof issues[0]?.path[0] === "number" ? issues[0].path[0] : 0;
  const wrong = new Set(issues.filter((issue) => issue.path[0] === index).map((issue) => issue.path.slice(1).join(".")));
  throw new Problem("source-data-invalid", "A record cannot be shown because it does not fit what this API promises. The operator has been alerted.", {
    cause: new DataInvalid(contract.name, String(items[index]?.["id"]), [...wrong]),
  });
}
