/** What a write leaves on record beside its receipt: its conflicts, and what the partner wrote. */

import { hkdfSync } from "node:crypto";
import { commandKind } from "#contract/command.ts";
import type { CommandCall } from "#contract/command-call.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect, Statement, WriteTransaction } from "../dialects/dialect.ts";
import type { Found } from "../read/reader.ts";
import { conflictTable } from "./conflict-table.ts";
import type { Conflict } from "./merge.ts";
import type { BodySeal } from "./receipt.ts";
import { writtenTable } from "./written-table.ts";

export interface ConflictLogParts {
  readonly resource: BoundResource;
  readonly dialect: Dialect;
  readonly seal: BodySeal;
  /** From `conflictSalt`. */
  readonly salt: string;
  readonly now: () => number;
}

export interface WriteNote {
  /** `input`: what was written of it, or was to be. */
  readonly call: Pick<CommandCall, "command" | "input" | "partner" | "keyHash">;
  readonly id: string;
  readonly conflicts: readonly Conflict[];
  /** The thing after the write; undefined where nothing was written, or nothing is left. */
  readonly after: Pick<Found, "item"> | undefined;
}

export interface ConflictLog {
  /** To be run in the transaction of the write; of a write that was refused, in one of their own. */
  statements(note: WriteNote): readonly Statement[];
  /** Which of these fields stand as a partner wrote them through the gateway. Asked under the thing's lock. */
  writtenHere(transaction: WriteTransaction, id: string, found: Pick<Found, "item">, fields: readonly string[]): Promise<ReadonlySet<string>>;
}

/** Makes digests of values unguessable. */
export function conflictSalt(secret: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", secret, "", "sluice conflict v1", 32)).toString("base64url");
}

export function conflictLog({ resource: { contract, source }, dialect, seal, salt, now }: ConflictLogParts): ConflictLog {
  if (source.footprint === "none") return { statements: () => [], writtenHere: async () => new Set() };
  const conflicts = conflictTable(source, dialect, seal, salt);
  const written = writtenTable(source, dialect, seal, salt);
  const isField = (member: string): boolean => Object.hasOwn(contract.model.shape, member);

  /** Other writers of the same field only matter where it can be written again: what is made has its first value. */
  function isOnRecord(field: string, creates: boolean): boolean {
    const owner = contract.owner[field];
    return owner === "partner" || (owner === "shared" && !creates);
  }

  return {
    statements({ call, id, conflicts: seen, after }) {
      const promise = contract.commands[call.command];
      const at = new Date(now());
      const besides = Object.fromEntries(Object.entries(call.input).filter(([member]) => !isField(member)));
      const common = { partner: call.partner, resource: contract.name, thing: id, command: call.command, besides, createdAt: at };
      const recorded = conflicts.insert(
        Buffer.from(call.keyHash).toString("hex"),
        seen.map((conflict) => ({ ...common, ...conflict })),
      );
      const kind = promise && commandKind(promise);
      const of = { resource: contract.name, thing: id };
      const fields = Object.entries(call.input).flatMap(([field, value]) =>
        value === undefined || !isField(field) || !isOnRecord(field, kind === "create") || after === undefined
          ? []
          : [{ field, value: after.item[field], kept: contract.owner[field] === "partner" }],
      );
      const noted = kind === "delete" ? written.remove(of) : written.upsert({ ...of, partner: call.partner, command: call.command, now: at }, fields);
      return [recorded, noted].filter((statement) => statement !== undefined);
    },
    async writtenHere(transaction, id, { item }, fields) {
      if (fields.length === 0) return new Set();
      const of = { resource: contract.name, thing: id };
      return written.standing(await transaction.query(written.find(of, fields)), of, item);
    },
  };
}
