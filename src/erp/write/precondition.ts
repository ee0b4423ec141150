/** If-Match, judged per field: two sides that changed different fields are in nobody's way. */

import { commandKind } from "#contract/command.ts";
import type { CommandCall } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import { type ChangedFields, changedFields } from "../read/entity-tag.ts";
import type { Found } from "../read/reader.ts";
import { type Conflict, mergeFields } from "./merge.ts";

export type Precondition =
  | { readonly kind: "holds"; readonly input: CommandCall["input"]; readonly conflicts: readonly Conflict[]; readonly idle: boolean }
  | { readonly kind: "failed"; readonly conflicts: readonly Conflict[] };

/** `idle`: every value gave way to the ERP's, so that nothing is left to be written. `found`: the thing as it stands, read under its locks. Updates are merged field by field; anything else needs the state that was named. */
export function precondition(contract: Contract, { command, ifMatch, input }: CommandCall, found: Found, writtenHere: ReadonlySet<string>, now: Date): Precondition {
  if (ifMatch.kind !== "tags") return { kind: "holds", input, conflicts: [], idle: false };
  const changes = ifMatch.tags.map((tag) => changedFields(tag, found));
  if (changes.some(({ kind }) => kind === "same")) return { kind: "holds", input, conflicts: [], idle: false };
  const promise = contract.commands[command];
  // A list of tags names states that the caller takes for equal; the first that says something of single fields counts.
  const base: ChangedFields = changes.find(({ kind }) => kind === "changed") ?? { kind: "unknown" };
  if (promise === undefined || commandKind(promise) !== "update") return { kind: "failed", conflicts: [] };
  const { write, conflicts, refused, idle } = mergeFields(contract, { base, item: found.item, input, writtenHere, now });
  return refused ? { kind: "failed", conflicts } : { kind: "holds", input: write, conflicts, idle };
}
