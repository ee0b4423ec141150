/** Who may write each field, and what happens when both sides changed it: as documents and the docs site tell it. */

import { z } from "zod";
import { commandKind } from "./command.ts";
import type { ConflictRule, Contract, Owner } from "./contract.ts";
import { wire } from "./wire.ts";

export interface FieldOwner {
  readonly field: string;
  readonly owner: Owner;
  /** What happens when both sides changed it; only for shared fields. */
  readonly rule?: ConflictRule;
  /** What the field is, in a sentence; from the contract. */
  readonly description?: string;
  /** Commands that set it. */
  readonly commands: readonly string[];
  /** Scope that a key needs to see it. */
  readonly scope?: string;
}

/** The same at every amount: nothing about the field. */
const aboutMoney = wire.money().meta()?.description;

/** Undeclared fields are the ERP's, and a shared field without a rule is rejected. Empty where partners only read. */
export function fieldOwners(contract: Contract): readonly FieldOwner[] {
  const commands = Object.entries(contract.commands);
  if (commands.length === 0) return [];
  return Object.entries(contract.model.shape).map(([field, schema]) => {
    const owner = contract.owner[field] ?? "erp";
    const said = schema instanceof z.ZodType ? schema.meta()?.description : undefined;
    const description = said === aboutMoney ? undefined : said;
    const scope = contract.hide[field];
    return {
      field,
      owner,
      ...(owner === "shared" && { rule: contract.conflict[field] ?? "reject" }),
      ...(description !== undefined && { description }),
      commands: commands.filter(([, promise]) => commandKind(promise) !== "delete" && Object.hasOwn(promise.input?.shape ?? {}, field)).map(([name]) => name),
      ...(scope !== undefined && { scope }),
    };
  });
}
