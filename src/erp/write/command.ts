/** The language of commands: how the binding carries out in the ERP what a contract promises. */

import type { ErpValue, Sql } from "../binding/sql.ts";
import type { Rows as ErpRows } from "../dialects/dialect.ts";

/** Column values as they are written. */
export type ColumnValues = Readonly<Record<string, ErpValue>>;

/**
 * The open transaction on the ERP. Shapes of rows are those of the source's tables. Whatever it is told, it is undone when
 * the command fails; only the engine commits. Errors of the database reject, and go through the binding's `refusals`.
 */
export interface ErpTransaction<Rows = Readonly<Record<string, object>>, Code extends string = string> {
  /** Inserts one row; answers the columns named in `returning`, in their order, as the driver has them. */
  insert<T extends keyof Rows & string>(table: T, row: Partial<Rows[T]>, returning?: readonly (keyof Rows[T] & string)[]): Promise<readonly unknown[]>;
  /** Updates the rows whose columns equal `key`; answers how many there were. */
  update<T extends keyof Rows & string>(table: T, key: Partial<Rows[T]>, row: Partial<Rows[T]>): Promise<number>;
  delete<T extends keyof Rows & string>(table: T, key: Partial<Rows[T]>): Promise<number>;
  /** Reads the one row whose columns equal `key`, as the driver has it. `lock`: nobody else can change it before the transaction ends. */
  find<T extends keyof Rows & string, C extends keyof Rows[T] & string>(
    table: T,
    key: Partial<Rows[T]>,
    columns: readonly C[],
    options?: { readonly lock?: boolean },
  ): Promise<Pick<Rows[T], C> | undefined>;
  /** Calls a stored function and answers its value, or a stored procedure and answers the first column of its first row, if any. Arguments by position. */
  call(routine: string, args: readonly RoutineArgument[]): Promise<unknown>;
  /** As `call`, for routines that tell by a number how it went. Other numbers than `ok` go through the binding's `refusals`. */
  callForStatus(routine: string, args: readonly RoutineArgument[], ok: readonly number[]): Promise<number>;
  /** Any other statement, written with `sql`. */
  query(statement: Sql): Promise<ErpRows>;
  /** Ends the command with a refusal that the contract names. */
  refuse(code: Code, detail?: string): never;
}

/** A parameter; `json` is written as the database takes JSON. */
export type RoutineArgument = ErpValue | { readonly json: unknown };

export interface Caller {
  /** The partner's id in the gateway. */
  readonly partner: string;
  /** The partner's account numbers in the ERP. */
  readonly accounts: readonly string[];
}

/** What a command is given besides its input. `Row`: the bound table's columns; `Key`: those of the key. */
export interface Given<Row = ColumnValues, Key = ColumnValues> {
  readonly caller: Caller;
  /** The input's fields as the binding writes them: columns of the resource's own row, and of child rows by field. Fields left out are absent. */
  readonly columns: { readonly row: Row; readonly rows: Readonly<Record<string, readonly ColumnValues[]>> };
  /** The public id of the thing it works on; "" for one that is to be made. */
  readonly id: string;
  /** The key columns of that thing as the ERP has them. */
  readonly key: Key;
  /** When the gateway took the request up. */
  readonly now: Date;
}

/** A key made by a command: its one column's value, or all its columns by name. */
export type MadeKey = string | number | ColumnValues;

/** One that makes something answers its key; what others answer is not looked at. */
export type CommandFunction<Rows, Input, G = Given, Answer = unknown, Code extends string = string> = (
  erp: ErpTransaction<Rows, Code>,
  input: Input,
  given: G,
) => Promise<Answer>;

/** Columns that the engine does not know of: fixed, or made from what is at hand. */
export type Also<Column extends string = string> = { readonly [C in Column]: ErpValue } | ((given: Given) => { readonly [C in Column]: ErpValue });

/** A plain INSERT of the input's fields. */
export interface InsertCommand<Column extends string = string> {
  readonly kind: "insert";
  readonly also: Also;
  /** Carries types only. */
  readonly types?: { readonly columns: Column };
}

/** A plain UPDATE of the input's fields; without an input, of `also` alone (a soft delete). */
export interface UpdateCommand<Column extends string = string> {
  readonly kind: "update";
  readonly also: Also;
  /** Carries types only. */
  readonly types?: { readonly columns: Column };
}

/**
 * A call of one stored routine. One that makes something answers its key, which has one
 * column; what others answer is not looked at. What it made or changed is read back in the same round trip, where the
 * database can be asked so.
 */
export interface RoutineCommand<G = never, Input = never> {
  readonly kind: "function" | "procedure";
  /** In the source's schema. */
  readonly name: string;
  /** By position. */
  readonly args: (given: G, input: Input) => readonly RoutineArgument[];
}

/** How far the ERP is with a staged row. */
export type StagedState =
  | { readonly kind: "waiting" }
  /** `key`: what it became, in this resource; absent where it became nothing that partners see. */
  | { readonly kind: "done"; readonly key?: MadeKey }
  /** `code`: as the ERP says it; goes through the binding's `refusals` as `status`. */
  | { readonly kind: "refused"; readonly code: string };

/** A row in the ERP's import table, and how to tell what became of it. */
export interface StageCommand<Table extends string = string, Column extends string = string, Input = never> {
  readonly kind: "stage";
  readonly table: Table;
  /** The column that the database numbers rows by. */
  readonly key: string;
  /** Columns without a value (undefined) have their defaults. */
  readonly row: (given: Given, input: Input) => Readonly<Record<string, ErpValue | undefined>>;
  /** Columns that `state` looks at. */
  readonly watch: readonly string[];
  readonly state: (row: Readonly<Record<string, unknown>>) => StagedState;
  /** After this the operation is given up on, as a dead letter for a person to look at. */
  readonly timeoutMinutes: number;
  /** Carries types only. */
  readonly types?: { readonly columns: Column };
}

export type AnyCommand = CommandFunction<never, never, never> | InsertCommand | UpdateCommand | RoutineCommand | StageCommand;

/** What commands that run code have to be allowed in the ERP: `sluice source grants` prints it, nothing else reads it. */
export interface CommandNeeds<Rows = Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  /** Stored functions that they call. */
  readonly functions?: readonly string[];
  readonly procedures?: readonly string[];
  /** Tables that they, or routines with the caller's rights, read and write. */
  readonly tables?: { readonly [T in keyof Rows & string]?: TableNeeds<keyof Rows[T] & string> };
}

/** Columns, or the whole table. To lock rows is to be allowed to update a column of theirs. */
export interface TableNeeds<Column extends string = string> {
  readonly select?: readonly Column[] | "all";
  readonly insert?: readonly Column[] | "all";
  readonly update?: readonly Column[] | "all";
  readonly delete?: "all";
}

/** One way in which the ERP refuses, and the contract's word for it. Looked through in order; all that is named must match. */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  /** SQLSTATE of the error, such as `ME005` or `45000`. */
  readonly sqlstate?: string;
  /** What the error's message looks like. */
  readonly message?: RegExp;
  /** What a routine returned, or a staged row's code. */
  readonly status?: number | string;
  /** The input's member that is to blame, as a JSON pointer. */
  readonly pointer?: string;
}

/** Inserts a row made of the input's fields and of `also`. The binding's equal conditions (`where`) are filled in. */
export function insert<const Column extends string = never>(options: { readonly also?: Also<Column> } = {}): InsertCommand<Column> {
  return { kind: "insert", also: options.also ?? {} };
}

/** Updates the row with the input's fields and with `also`. */
export function update<const Column extends string = never>(options: { readonly also?: Also<Column> } = {}): UpdateCommand<Column> {
  return { kind: "update", also: options.also ?? {} };
}

/** Writes a row into the ERP's import table; the command's operation ends when the ERP has picked it up or refused it. */
export function stage<const Table extends string, const Key extends string, const Column extends string, const Watched extends string, Input>(options: {
  readonly table: Table;
  readonly key: Key;
  readonly row: (given: Given, input: Input) => { readonly [C in Column]: ErpValue | undefined };
  readonly watch: readonly Watched[];
  readonly state: (row: { readonly [C in Watched]: unknown }) => StagedState;
  readonly timeoutMinutes: number;
}): StageCommand<Table, Key | Column | Watched, Input> {
  return { kind: "stage", ...options, state: (row) => options.state(row as { readonly [C in Watched]: unknown }) }; // it is made of what is watched
}
