/** Carries out one command exactly once: claim, effect and receipt in one transaction of the database that holds the effect. */

import type { CommandCall, CommandOutcome, Effect } from "#contract/command-call.ts";
import { Problem } from "#lib/problems.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import { CommitUnknown, type Dialect, type Statement, type WriteTransaction } from "../dialects/dialect.ts";
import { sourceUnavailable } from "../dialects/trouble.ts";
import type { Found, ReadCaller, ResourceReader } from "../read/reader.ts";
import type { ColumnValues, MadeKey, StageCommand } from "./command.ts";
import type { ConflictLog } from "./conflict-log.ts";
import { erpTransaction } from "./erp-transaction.ts";
import { inputColumns } from "./input-columns.ts";
import { keyColumns } from "./key-columns.ts";
import type { Conflict } from "./merge.ts";
import { insertStatement, lockStatements, updateStatement } from "./plain-statements.ts";
import { precondition } from "./precondition.ts";
import type { BodySeal, Receipt } from "./receipt.ts";
import type { ReceiptTable } from "./receipt-table.ts";
import { missingReferences, type ReaderOf } from "./references.ts";
import { CommandRefused, refusalOf } from "./refusals.ts";
import { stageRow } from "./stage.ts";

/** Where a write can be interrupted; told to whoever tests that. */
export type WritePoint = "before-claim" | "after-claim" | "after-effect" | "before-commit" | "committing" | "after-commit";

export interface CommandParts {
  readonly resource: BoundResource;
  readonly dialect: Dialect;
  readonly reader: ResourceReader;
  /** The readers of the resources that inputs can refer to. */
  readonly readerOf: ReaderOf;
  readonly receipts: ReceiptTable;
  readonly conflicts: ConflictLog;
  readonly seal: BodySeal;
  /** The id under which a partner finds what did not end with its request. */
  readonly operationId: (partner: string, keyHash: Uint8Array) => string;
  readonly now: () => number;
  readonly passing: (point: WritePoint) => void;
  /** What has to be so besides, under the thing's lock; it throws where it is not. */
  readonly condition?: (transaction: WriteTransaction, found: Found) => Promise<void>;
}

export interface CommandRunner {
  run(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome>;
}

/** Stops a transaction with an outcome that leaves nothing behind. */
class Stopped extends Error {
  readonly outcome: CommandOutcome;
  /** To be recorded all the same. */
  readonly conflicts: readonly Conflict[];

  constructor(outcome: CommandOutcome, conflicts: readonly Conflict[] = []) {
    super(outcome.kind);
    this.outcome = outcome;
    this.conflicts = conflicts;
  }
}

/** How long an unknown outcome is waited for: until the server has noticed that the connection is gone. */
const settleSeconds = 3;

export function commandRunner(parts: CommandParts): CommandRunner {
  const { resource, dialect, reader, readerOf, receipts, conflicts, seal, operationId, now, passing } = parts;
  const { contract, binding, source } = resource;
  const allFields = ["id", ...Object.keys(binding.fields)];

  /** The database of a caller that may write; a handle for reading only is a mistake of ours. */
  function transact<T>({ database }: ReadCaller, work: (transaction: WriteTransaction) => Promise<T>): Promise<T> {
    if (database.transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
    return database.transact(work);
  }

  async function run(caller: ReadCaller, call: CommandCall): Promise<CommandOutcome> {
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
    const { locked, rows } = await transaction.claim(call.keyHash, receipts.lookup(call.keyHash));
    passing("after-claim");
    const receipt = receipts.read(rows, call.keyHash, seal);
    if (receipt !== undefined) return replay(receipt, call);
    if (!locked) return { kind: "in-progress" };

    const standing = await admitted(transaction, caller, call);
    const { input } = standing;
    const missing = await missingReferences(resource, input, readerOf, { ...caller, database: transaction });
    if (missing.length > 0) throw new Stopped({ kind: "invalid", errors: missing });
    const { effect, also } = await carriedOut(transaction, caller, { ...call, input }, standing);
    passing("after-effect");

    const made = call.answer(effect);
    const path = effect.kind === "made" || effect.kind === "changed" ? `/v1/${contract.name}/${encodeURIComponent(effect.id)}` : undefined;
    const entry = { partner: call.partner, command: `${contract.name}.${call.command}`, fingerprint: call.fingerprint, ...made, made: path };
    passing("before-commit");
    await transaction.commit([receipts.insert(call.keyHash, entry, seal), ...also], () => passing("committing"));
    passing("after-commit");
    return { kind: "answered", answer: made.answer, replayed: false };
  }

  function replay(receipt: Receipt, call: CommandCall): CommandOutcome {
    if (receipt.partner !== call.partner || !same(receipt.fingerprint, call.fingerprint)) return { kind: "key-reused" };
    const lacking = receipt.scopes.filter((scope) => !call.scopes.has(scope));
    if (lacking.length > 0) return { kind: "scopes-missing", scopes: lacking };
    if (receipt.answer === undefined) return { kind: "expired", made: receipt.made };
    return { kind: "answered", answer: receipt.answer, replayed: true };
  }

  interface Admitted {
    /** What is left to be written. */
    readonly input: CommandCall["input"];
    readonly seen: readonly Conflict[];
    /** Every value gave way to the ERP's. */
    readonly idle: boolean;
  }

  /** Locks the thing, and compares it with what the caller saw: in a second statement, which sees what the lock waited for. */
  async function admitted(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall): Promise<Admitted> {
    if (call.id === undefined) return { input: call.input, seen: [], idle: false };
    const locks = lockStatements(resource, dialect, caller.catalog, caller.accounts, call.id);
    if (locks === undefined) throw new Stopped({ kind: "absent" });
    await together(transaction, locks);
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

  interface CarriedOut {
    readonly effect: Effect;
    /** Statements that belong to the same transaction. */
    readonly also: readonly Statement[];
  }

  async function carriedOut(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall, { seen, idle }: Admitted): Promise<CarriedOut> {
    const command = binding.commands[call.command];
    const prepared = inputColumns(resource, caller.catalog, call.input);
    if (command === undefined || prepared.kind === "unfit") throw new Error(`${contract.name}: ${call.command} cannot be carried out`);
    const given = {
      caller: { partner: call.partner, accounts: call.accounts },
      columns: prepared.columns,
      id: call.id ?? "",
      key: call.id === undefined ? {} : keyColumns(resource, caller.catalog, call.id),
      now: new Date(now()),
    };
    let key: unknown;
    if (!idle) {
      const erp = erpTransaction(source, dialect, transaction, caller.catalog, binding.refusals);
      await transaction.save();
      try {
        if (typeof command === "function")
          key = await command(erp as never, call.input as never, given as never); // `bind` has checked all three
        else if (command.kind === "insert") key = await inserted(transaction, caller, { ...prepared.columns.row, ...alsoOf(command.also, given) });
        else if (command.kind === "update") {
          const row = { ...prepared.columns.row, ...alsoOf(command.also, given) };
          if (Object.keys(row).length > 0) await transaction.execute(updateStatement(resource, dialect, given.key, row));
        } else return await staged(transaction, command, call, given);
      } catch (error) {
        const refusal = refusedAs(error);
        if (refusal === undefined) throw error;
        await transaction.restore();
        return { effect: refusal, also: [] };
      }
    }
    const id = call.id ?? encodeKey(key);
    const after = await reader.get({ ...caller, database: transaction }, id, allFields);
    const promise = contract.commands[call.command];
    const effect = effectOf(call, promise?.as, id, after, seen);
    return { effect, also: conflicts.statements({ call, id, conflicts: seen, after: idle ? undefined : after }) };
  }

  function effectOf(call: CommandCall, as: string | undefined, id: string, after: Found | undefined, seen: readonly Conflict[]): Effect {
    if (as === "delete") return { kind: "deleted" };
    // What a partner makes or changes has to be its own afterwards, whatever the command did.
    if (after === undefined && (call.id === undefined || as === "update"))
      throw new Stopped({ kind: "failed", cause: new Error(`${contract.name}.${call.command} left ${id} outside of the caller's accounts`) });
    return { kind: call.id === undefined ? "made" : "changed", id, item: after?.item, tag: after?.tag, conflicts: seen };
  }

  async function inserted(transaction: WriteTransaction, { catalog }: ReadCaller, row: ColumnValues): Promise<MadeKey> {
    const rows = await transaction.query(insertStatement(resource, dialect, catalog, row, binding.key));
    const values = rows[0] ?? [];
    return Object.fromEntries(binding.key.map((column, index) => [column, values[index] as string | number])); // driver values of key columns
  }

  async function staged(
    transaction: WriteTransaction,
    command: StageCommand,
    call: CommandCall,
    given: Parameters<StageCommand["row"]>[0],
  ): Promise<CarriedOut> {
    const also = await stageRow(parts, transaction, command, call, given);
    return { effect: { kind: "staged", operation: operationId(call.partner, call.keyHash) }, also };
  }

  function encodeKey(key: unknown): string {
    const values = typeof key === "object" && key !== null ? binding.key.map((column): unknown => Reflect.get(key, column)) : [key];
    if (values.length !== binding.key.length || values.some((value) => value === undefined || value === null))
      throw new Stopped({ kind: "failed", cause: new Error(`${contract.name}: the command answered no key`) });
    return encodeId(values);
  }

  /** The contract's word for an error, where the binding has one. */
  function refusedAs(error: unknown): Extract<Effect, { kind: "refused" }> | undefined {
    if (error instanceof CommandRefused) return { kind: "refused", code: error.code, detail: error.detail ?? detailOf(error.code), pointer: error.pointer };
    const said = dialect.statementError?.(error);
    const refusal = said && refusalOf(binding.refusals, said);
    return refusal && { kind: "refused", code: refusal.code, detail: detailOf(refusal.code), pointer: refusal.pointer };
  }

  function detailOf(code: string): string {
    return contract.refusals[code] ?? "The system behind this API refuses it.";
  }

  /** An outcome that left nothing behind, apart from the record of a conflict. */
  async function stopped(caller: ReadCaller, call: CommandCall, { outcome, conflicts: seen }: Stopped): Promise<CommandOutcome> {
    const statements = seen.length === 0 ? [] : conflicts.statements({ call, id: call.id ?? "", conflicts: seen, after: undefined });
    if (statements.length > 0) await transact(caller, (transaction) => transaction.commit(statements));
    return outcome;
  }

  /** After an error of COMMIT or of the receipt: another process may have been first, or a late constraint refuses. */
  async function lateRefusal(caller: ReadCaller, call: CommandCall, error: unknown): Promise<CommandOutcome> {
    const known = await transact(caller, async (transaction) => {
      const { rows } = await transaction.claim(call.keyHash, receipts.lookup(call.keyHash));
      return receipts.read(rows, call.keyHash, seal);
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
        const { locked, rows } = await transaction.claim(call.keyHash, receipts.lookup(call.keyHash), settleSeconds);
        const found = receipts.read(rows, call.keyHash, seal);
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

  return { run };
}

function alsoOf(also: ColumnValues | ((given: never) => ColumnValues), given: unknown): ColumnValues {
  return typeof also === "function" ? also(given as never) : also; // the one type of `given`
}

async function together(transaction: WriteTransaction, statements: readonly Statement[]): Promise<void> {
  if (transaction.queryTogether !== undefined) await transaction.queryTogether(statements);
  else for (const statement of statements) await transaction.query(statement);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
