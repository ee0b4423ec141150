/** Carries out one command exactly once: claim, effect and receipt in one transaction of the database that holds the effect. */

import type { CommandCall, CommandOutcome, RepeatedCall } from "#contract/command-call.ts";
import { Problem } from "#lib/problems.ts";
import { CommitUnknown, type ErpDatabase, type WriteTransaction } from "../dialects/dialect.ts";
import { readTogether } from "../dialects/read-together.ts";
import { sourceUnavailable } from "../dialects/trouble.ts";
import type { Found, ReadCaller } from "../read/reader.ts";
import { type Admitted, allFieldsOf, type CarryOutParts, carryOut, pathOf, Stopped } from "./carry-out.ts";
import { inputColumns } from "./input-columns.ts";
import { lockStatements } from "./lock-statements.ts";
import type { Conflict } from "./merge.ts";
import { precondition } from "./precondition.ts";
import type { BodySeal } from "./receipt.ts";
import type { ReceiptTable } from "./receipt-table.ts";
import { recentKeys } from "./recent-keys.ts";
import { type ReaderOf, referenceCheck } from "./references.ts";
import { CommandRefused } from "./refusals.ts";
import { isRepetition, replay } from "./replay.ts";

/** Where a write can be interrupted; told to whoever tests that. */
export type WritePoint = "before-claim" | "after-claim" | "after-effect" | "before-commit" | "committing" | "after-commit";

export interface CommandParts extends CarryOutParts {
  /** The readers of the resources that inputs can refer to. */
  readonly readerOf: ReaderOf;
  readonly receipts: ReceiptTable;
  readonly seal: BodySeal;
  readonly passing: (point: WritePoint) => void;
  /** Told of conflicts that are on record. */
  readonly counted: (conflicts: readonly Conflict[]) => void;
  /** What has to be so besides, under the thing's lock; it throws where it is not. */
  readonly condition?: (transaction: WriteTransaction, found: Found) => Promise<void>;
}

export interface CommandRunner {
  run(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome>;
  /** Whether this process has answered a request with this key lately: then it is worth asking whether this is a repetition. */
  isRecent?(keyHash: Uint8Array): boolean;
  /** The outcome of a repetition; undefined where it is none, or nobody knows yet. */
  repeat?(database: Pick<ErpDatabase, "query">, call: RepeatedCall): Promise<CommandOutcome | undefined>;
}

/** How long an unknown outcome is waited for: until the server has noticed that the connection is gone. */
const settleSeconds = 3;

/** Some megabytes at most. */
const rememberedKeys = 20_000;

export function commandRunner(parts: CommandParts): CommandRunner {
  const { resource, dialect, reader, readerOf, receipts, conflicts, seal, operationId, now, passing, counted } = parts;
  const { contract, source } = resource;
  const allFields = allFieldsOf(resource);
  const { carriedOut, refusedAs } = carryOut(parts);
  const recent = recentKeys(rememberedKeys);

  /** The database of a caller that may write; a handle for reading only is a mistake of ours. */
  function transact<T>({ database }: ReadCaller, work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (database.transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
    return database.transact(work);
  }

  async function run(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome> {
    const outcome = await carriedOutOnce(caller, call);
    if (outcome.kind === "answered") recent.add(call.keyHash);
    return outcome;
  }

  /** Reads the receipt without a transaction: where there is one, there is nothing to lock. */
  async function repeat(database: Pick<ErpDatabase, "query">, call: RepeatedCall): Promise<CommandOutcome | undefined> {
    const receipt = receipts.read(await database.query(receipts.lookup(call.keyHash)), call.keyHash, seal);
    if (receipt === undefined || !isRepetition(receipt, call)) return undefined;
    // There is no claim here; a repetition can be interrupted all the same, and tests count on these points.
    passing("before-claim");
    passing("after-claim");
    return replay(receipt, call);
  }

  async function carriedOutOnce(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome> {
    const prepared = inputColumns(resource, caller.catalog, call.input);
    if (prepared.kind === "unfit") return { kind: "invalid", errors: prepared.errors };
    passing("before-claim");
    try {
      return await transact(caller, (transaction) => claimed(transaction, caller, call));
    } catch (error) {
      if (error instanceof Stopped) return stopped(caller, call, error);
      if (error instanceof CommitUnknown) return settle(caller, call, error);
      if (error instanceof CommandRefused || dialect.statementError?.(error) !== undefined) return lateRefusal(caller, call, error);
      throw error;
    }
  }

  async function claimed(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall): Promise<CommandOutcome> {
    const references = referenceCheck(resource, call.input, readerOf, caller);
    const { locked, rows } = await transaction.claim(call.keyHash, [receipts.lookup(call.keyHash), ...references.statements]);
    passing("after-claim");
    const [receipted = [], ...referred] = rows;
    const receipt = receipts.read(receipted, call.keyHash, seal);
    if (receipt !== undefined) return replay(receipt, call);
    if (!locked) return { kind: "in-progress" };

    const standing = await admitted(transaction, caller, call);
    const { input } = standing;
    const missing = references.missing(referred, input);
    if (missing.length > 0) throw new Stopped({ kind: "invalid", errors: missing });
    const { effect, also } = await carriedOut(transaction, caller, { ...call, input }, standing);
    passing("after-effect");

    const made = call.answer(effect);
    const path = effect.kind === "staged" ? `/v1/operations/${effect.operation}` : "id" in effect ? pathOf(contract, effect.id) : undefined;
    const entry = { partner: call.partner, command: `${contract.name}.${call.command}`, fingerprint: call.fingerprint, ...made, made: path };
    passing("before-commit");
    await transaction.commit([receipts.insert(call.keyHash, entry, seal), ...also], () => passing("committing"));
    passing("after-commit");
    if (effect.kind !== "refused") counted(standing.seen);
    return { kind: "answered", answer: made.answer, replayed: false };
  }

  /** Locks the thing, and compares it with what the caller saw: in a second statement, which sees what the lock waited for. */
  async function admitted(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall): Promise<Admitted> {
    if (call.id === undefined) return { input: call.input, seen: [], idle: false };
    const locks = lockStatements(resource, dialect, caller.catalog, caller.accounts, call.id);
    if (locks === undefined) throw new Stopped({ kind: "absent" });
    await readTogether(transaction, locks);
    const found = await reader.get({ ...caller, database: transaction }, call.id, allFields);
    if (found === undefined) throw new Stopped({ kind: "absent" });
    await parts.condition?.(transaction, found);
    const { id } = call;
    const checked = await precondition(contract, call, {
      found,
      writtenHere: (fields) => conflicts.writtenHere(transaction, id, found, fields),
      now: new Date(now()),
    });
    if (checked.kind === "failed") {
      const current = Object.fromEntries(Object.keys(call.input).flatMap((field) => (field in found.item ? [[field, found.item[field]]] : [])));
      throw new Stopped({ kind: "precondition-failed", tag: found.tag, current, conflicts: checked.conflicts }, checked.conflicts);
    }
    return { input: checked.input, seen: checked.conflicts, idle: checked.idle };
  }

  /** An outcome that left nothing behind, apart from the record of a conflict. */
  async function stopped(caller: ReadCaller, call: CommandCall, { outcome, conflicts: seen }: Stopped): Promise<CommandOutcome> {
    const statements = seen.length === 0 ? [] : conflicts.statements({ call, id: call.id ?? "", conflicts: seen, after: undefined });
    if (statements.length > 0) await transact(caller, (transaction) => transaction.commit(statements));
    counted(seen);
    return outcome;
  }

  /** After an error of COMMIT or of the receipt: another process may have been first, or a late constraint refuses. */
  async function lateRefusal(caller: ReadCaller, call: CommandCall, error: unknown): Promise<CommandOutcome> {
    const known = await transact(caller, async (transaction) => {
      const { rows } = await transaction.claim(call.keyHash, [receipts.lookup(call.keyHash)]);
      return receipts.read(rows[0] ?? [], call.keyHash, seal);
    });
    if (known !== undefined) return replay(known, call);
    const refusal = refusedAs(error);
    return refusal === undefined ? { kind: "failed", cause: error } : { kind: "answered", answer: call.answer(refusal).answer, replayed: false };
  }

  /** Looks the receipt up, once the lost transaction is over: only its lock tells that it is. */
  async function settle(caller: ReadCaller, call: CommandCall, cause: CommitUnknown): Promise<CommandOutcome> {
    const unknown: CommandOutcome = { kind: "unknown", operation: operationId(call.partner, call.keyHash), cause };
    let absent = false;
    try {
      const receipt = await transact(caller, async (transaction) => {
        const { locked, rows } = await transaction.claim(call.keyHash, [receipts.lookup(call.keyHash)], settleSeconds);
        const found = receipts.read(rows[0] ?? [], call.keyHash, seal);
        absent = locked && found === undefined;
        return found;
      });
      if (receipt?.answer !== undefined) return { kind: "answered", answer: receipt.answer, replayed: false };
    } catch (error) {
      if (error instanceof Problem) return unknown;
      throw error;
    }
    if (absent) throw sourceUnavailable("connection", cause);
    return unknown;
  }

  return { run, isRecent: recent.has, repeat };
}
