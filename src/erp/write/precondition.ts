/** If-Match, judged per field: two sides that changed different fields are in nobody's way. */

import { commandKind } from "#contract/command.ts";
import type { CommandCall, FieldConflict } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import { type ChangedFields, changedFields } from "../read/entity-tag.ts";
import type { Found } from "../read/reader.ts";
import { mergeFields } from "./merge.ts";

export type Precondition =
  | { readonly kind: "holds"; readonly input: CommandCall["input"]; readonly conflicts: readonly FieldConflict[] }
  | { readonly kind: "failed"; readonly conflicts: readonly FieldConflict[] };

/** `found`: the thing as it stands, read under its locks. Updates are merged field by field; anything else needs the state that was named. */
export function precondition(contract: Contract, { command, ifMatch, input }: CommandCall, found: Found): Precondition {
  if (ifMatch.kind !== "tags") return { kind: "holds", input, conflicts: [] };
  const changes = ifMatch.tags.map((tag) => changedFields(tag, found));
  if (changes.some(({ kind }) => kind === "same")) return { kind: "holds", input, conflicts: [] };
  const promise = contract.commands[command];
  // A list of tags names states that the caller takes for equal; the first that says something of single fields counts.
  const base: ChangedFields = changes.find(({ kind }) => kind === "changed") ?? { kind: "unknown" };
  if (promise === undefined || commandKind(promise) !== "update") return { kind: "failed", conflicts: [] };
  const { write, conflicts, refused } = mergeFields(contract, { base, current: found.item, input });
  return refused ? { kind: "failed", conflicts } : { kind: "holds", input: write, conflicts };
}
