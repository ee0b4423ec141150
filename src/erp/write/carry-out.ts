/** Carries a command out in an open transaction, and tells what came of it: the same whoever keeps the receipt. */

import type { CommandCall, CommandOutcome, Effect } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Dialect, Statement, WriteTransaction } from "../dialects/dialect.ts";
import type { Found, ReadCaller, ResourceReader } from "../read/reader.ts";
import type { ColumnValues, Given, MadeKey, RoutineCommand, StageCommand } from "./command.ts";
import type { ConflictLog } from "./conflict-log.ts";
import { erpTransaction } from "./erp-transaction.ts";
import { inputColumns } from "./input-columns.ts";
import { insertedRow } from "./inserted-row.ts";
import { keyColumns } from "./key-columns.ts";
import type { Conflict } from "./merge.ts";
import { rowToInsert, updateStatement } from "./plain-statements.ts";
import { CommandRefused, refusalOf } from "./refusals.ts";
import { callRoutineThen } from "./routines.ts";
import { stageRow } from "./stage.ts";

export interface CarryOutParts {
  readonly resource: BoundResource;
  readonly dialect: Dialect;
  readonly reader: ResourceReader;
  readonly conflicts: ConflictLog;
  /** The id under which a partner finds what did not end with its request. */
  readonly operationId: (partner: string, keyHash: Uint8Array) => string;
  readonly now: () => number;
}

/** Stops a transaction with an outcome that leaves nothing behind. */
export class Stopped extends Error {
  readonly outcome: CommandOutcome;
  /** To be recorded all the same. */
  readonly conflicts: readonly Conflict[];

  constructor(outcome: CommandOutcome, conflicts: readonly Conflict[] = []) {
    super(outcome.kind);
    this.outcome = outcome;
    this.conflicts = conflicts;
  }
}

/** What is left of a command once the thing it works on has been looked at. */
export interface Admitted {
  /** What is left to be written. */
  readonly input: CommandCall["input"];
  readonly seen: readonly Conflict[];
  /** Every value gave way to the ERP's. */
  readonly idle: boolean;
}

export interface CarriedOut {
  readonly effect: Effect;
  /** Statements that belong to the same transaction. */
  readonly also: readonly Statement[];
}

/** The thing as a command left it, where that was asked together with the command. */
interface ReadAlready {
  readonly found: Found | undefined;
}

export interface CarryOut {
  carriedOut(transaction: WriteTransaction, caller: ReadCaller, call: CommandCall, admitted: Admitted): Promise<CarriedOut>;
  /** The contract's word for an error, where the binding has one. */
  refusedAs(error: unknown): Extract<Effect, { kind: "refused" }> | undefined;
}

/** All that a reader can be asked for of one thing. */
export function allFieldsOf({ binding }: BoundResource): readonly string[] {
  return ["id", ...Object.keys(binding.fields)];
}

/** Where partners find a thing. */
export function pathOf({ name }: Contract, id: string): string {
  return `/v1/${name}/${encodeURIComponent(id)}`;
}

export function carryOut(parts: CarryOutParts): CarryOut {
  const { resource, dialect, reader, conflicts, operationId, now } = parts;
  const { contract, binding, source } = resource;
  const allFields = allFieldsOf(resource);

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
    let read: ReadAlready | undefined;
    if (!idle) {
      const erp = erpTransaction(source, dialect, transaction, caller.catalog, binding.refusals);
      await transaction.save();
      try {
        if (typeof command === "function")
          key = await command(erp as never, call.input as never, given as never); // `bind` has checked all three
        else if (command.kind === "insert") key = await inserted(transaction, caller, { ...prepared.columns.row, ...alsoOf(command.also, given) });
        else if (command.kind === "update") {
          const row = { ...prepared.columns.row, ...alsoOf(command.also, given) };
          if (Object.keys(row).length > 0) await updated(transaction, caller, call, given.key, row);
        } else if (command.kind === "stage") return await staged(transaction, caller, command, call, given);
        else ({ key, read } = await routineCalled(transaction, caller, command, call, given));
      } catch (error) {
        const refusal = refusedAs(error);
        if (refusal === undefined) throw error;
        await transaction.restore();
        return { effect: refusal, also: [] };
      }
    }
    const id = call.id ?? encodeKey(key);
    const after = read === undefined ? await reader.get({ ...caller, database: transaction }, id, allFields) : read.found;
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
    const values = await insertedRow({ source, dialect, transaction, catalog }, binding.table, rowToInsert(resource, row), binding.key);
    return Object.fromEntries(binding.key.map((column, index) => [column, values[index] as string | number])); // driver values of key columns
  }

  async function updated(transaction: WriteTransaction, { catalog }: ReadCaller, call: CommandCall, key: ColumnValues, row: ColumnValues): Promise<void> {
    const changed = await transaction.execute(updateStatement(resource, dialect, key, row, catalog));
    // What was read may stand in an archive, which is never written.
    if (changed !== 1)
      throw new Stopped({ kind: "failed", cause: new Error(`${contract.name}.${call.command} would have changed ${changed} rows of ${binding.table}`) });
  }

  /** What it made or changed comes with its answer, where the database can be asked so. */
  async function routineCalled(
    transaction: WriteTransaction,
    caller: ReadCaller,
    { name, args }: RoutineCommand,
    call: CommandCall,
    given: Given,
  ): Promise<{ readonly key: unknown; readonly read?: ReadAlready }> {
    const reading = { ...caller, database: transaction };
    const behind = reader.readBack(caller, call.id);
    const position = { source, dialect, transaction, catalog: caller.catalog };
    const { value, rows } = await callRoutineThen(position, name, args(given as never, call.input as never), behind?.statements ?? []); // `bind` has checked both
    // Child rows may have been asked for with the padding of a key that a routine made, and without it they have none.
    if (behind === undefined || rows === undefined || (call.id === undefined && String(value).endsWith(" "))) return { key: value };
    return { key: value, read: { found: await behind.found(reading, call.id ?? encodeKey(value), rows, allFields) } };
  }

  async function staged(
    transaction: WriteTransaction,
    { catalog }: ReadCaller,
    command: StageCommand,
    call: CommandCall,
    given: Parameters<StageCommand["row"]>[0],
  ): Promise<CarriedOut> {
    const also = await stageRow({ ...parts, catalog }, transaction, command, call, given);
    return { effect: { kind: "staged", operation: operationId(call.partner, call.keyHash), createdAt: given.now }, also };
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

  return { carriedOut, refusedAs };
}

function alsoOf(also: ColumnValues | ((given: never) => ColumnValues), given: unknown): ColumnValues {
  return typeof also === "function" ? also(given as never) : also; // the one type of `given`
}
