/** If-Match, judged per field: two sides that changed different fields are in nobody's way. */

import { commandKind } from "#contract/command.ts";
import type { CommandCall } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import { changedSince } from "../read/entity-tag.ts";
import type { Found } from "../read/reader.ts";
import { type Conflict, mergeFields } from "./merge.ts";

export type Precondition =
  | {
      readonly kind: "holds";
      readonly input: CommandCall["input"];
      readonly conflicts: readonly Conflict[] /** Every value gave way to the ERP's: nothing is left to be written. */;
      readonly idle: boolean;
    }
  | { readonly kind: "failed"; readonly conflicts: readonly Conflict[] };

export interface Standing {
  /** The thing, read under its locks. */
  readonly found: Found;
  /** Which of these fields stand as a partner wrote them through the gateway. */
  readonly writtenHere: (fields: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly now: Date;
}

/** Updates are merged field by field; anything else needs the state that was named. */
export async function precondition(contract: Contract, { command, ifMatch, input }: CommandCall, { found, writtenHere, now }: Standing): Promise<Precondition> {
  if (ifMatch.kind !== "tags") return { kind: "holds", input, conflicts: [], idle: false };
  const base = changedSince(ifMatch.tags, found);
  if (base.kind === "same") return { kind: "holds", input, conflicts: [], idle: false };
  const promise = contract.commands[command];
  if (promise === undefined || commandKind(promise) !== "update") return { kind: "failed", conflicts: [] };
  const contested = base.kind === "changed" ? Object.keys(input).filter((member) => base.fields.has(member)) : [];
  const { write, conflicts, refused, idle } = mergeFields(contract, { base, item: found.item, input, writtenHere: await writtenHere(contested), now });
  return refused ? { kind: "failed", conflicts } : { kind: "holds", input: write, conflicts, idle };
}
