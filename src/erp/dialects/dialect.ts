/** The port that database dialects implement: how statements are written, run and understood. */

import type { ErpValue, Sql } from "../binding/sql.ts";

export interface Statement {
  readonly text: string;
  /** In the order of the placeholders; an array stands for a list parameter. */
  readonly values: readonly (ErpValue | readonly ErpValue[])[];
  /** Asked once in a while: not worth a place among the prepared statements. */
  readonly unprepared?: true;
}

/** Rows as arrays of driver values, in the order of the select list. */
export type Rows = readonly (readonly unknown[])[];

/**
 * One environment's connection to one source, as a request is given it. Every statement runs under the timeouts the
 * connection was opened with. Throws a `Problem` `source-unavailable` for trouble that passes.
 */
export interface ErpDatabase {
  query(statement: Statement): Promise<Rows>;
  /** Statements that do not depend on one another, in one round trip; absent where the driver cannot. */
  queryTogether?(statements: readonly Statement[]): Promise<readonly Rows[]>;
  /** A copy that follows the database at some distance, for reads that may be a little late; absent where there is none. */
  readonly replica?: ErpDatabase;
  /**
   * One transaction that may write, at READ COMMITTED, under the same timeouts. Rolled back unless `work` has committed it
   * when it ends or throws. Absent where a handle is for reading only.
   */
  transact?<T>(work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
}

/** An open transaction. After an error of the database only `restore` and the end of the transaction are possible. */
export interface WriteTransaction {
  query(statement: Statement): Promise<Rows>;
  queryTogether?(statements: readonly Statement[]): Promise<readonly Rows[]>;
  /** Runs a statement that changes rows; answers how many. */
  execute(statement: Statement): Promise<number>;
  /**
   * Tries to take the lock of this name for as long as the transaction lasts, and asks `then` in the same round trip where
   * the driver can; `rows` are those of each. `seconds`: how long to wait for it; 0: not at all.
   */
  claim(lock: Uint8Array, then: readonly Statement[], seconds?: number): Promise<{ readonly locked: boolean; readonly rows: readonly Rows[] }>;
  /** A point to return to when what follows fails. */
  save(): Promise<void>;
  /** Undoes all since `save`; the transaction can go on. */
  restore(): Promise<void>;
  /** Runs the last statements and commits, in one round trip where the driver can. Rejects with `CommitUnknown` when the connection is lost in it. `sent` is called when COMMIT is on its way. */
  commit(last?: readonly Statement[], sent?: () => void): Promise<void>;
}

/** The connection was lost at COMMIT: the transaction has happened or not. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super("the connection was lost at COMMIT", { cause });
    this.name = "CommitUnknown";
  }
}

/** What a database says when it refuses a statement: neither trouble that passes nor our fault. */
export interface StatementError {
  readonly sqlstate: string;
  readonly message: string;
}

/** What the engine must know of a column's type to compare it with a public value. */
export type ColumnType = "text" | "integer" | "decimal" | "float" | "boolean" | "date" | "timestamp" | "binary" | "other";

export interface ColumnInfo {
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The database's own name of the type, for casts. */
  readonly sqlType: string;
  /** An expression, not a column: its declared type says nothing of its range. */
  readonly computed?: boolean;
  /** A date column that may hold `0000-00-00`, and be compared with it. */
  readonly zeroDates?: boolean;
  /** Whether the column's character set knows all characters of a text. Without it: whatever UTF-8 writes. */
  readonly holds?: (text: string) => boolean;
  /** Largest value of an integer column, `2^31-1` for INTEGER. */
  readonly max?: bigint;
  readonly min?: bigint;
  /** Characters or bytes a column holds; absent where there is no limit. */
  readonly length?: number;
  /** Digits of a decimal column, and those of them behind the point; absent where there is no limit. */
  readonly precision?: number;
  readonly scale?: number;
  /** Digits of a second's fraction that a timestamp keeps. */
  readonly fraction?: number;
  /** The database takes the column's name in any case. */
  readonly foldedName?: true;
  /** Character set and collation, where columns have their own (MariaDB). */
  readonly charset?: string;
  readonly collation?: string;
}

/** Columns by table, as the database describes them. */
export type Catalog = ReadonlyMap<string, ReadonlyMap<string, ColumnInfo>>;

/**
 * `as-it-is`: only whether the statement could run. `served`: by indexes wherever there is one that could serve, so that
 * small tables are judged like large ones; `sorted` keeps the database from sorting where an index has the order.
 */
export type Explaining = "as-it-is" | "served" | "sorted";

/** How one table takes part in a plan. */
export interface Scan {
  /** The table as the database calls it, or the alias where it tells no more. */
  readonly table: string;
  /** `whole`: every row. `function`: nobody knows what it reads. */
  readonly access: "index" | "whole" | "function";
  /** Columns that the index is searched by. */
  readonly by: readonly string[];
  /** Looked up once per row of another table. */
  readonly perRow: boolean;
}

export interface Plan {
  readonly scans: readonly Scan[];
  /** Whether rows are sorted that were not read in order. */
  readonly sorts: boolean;
}

/** The database refuses to explain to this account, though the statement may run (MariaDB: views). */
export interface NotExplained {
  readonly notExplained: string;
}

/** The columns of each index in order, by table. */
export type Indexes = ReadonlyMap<string, readonly (readonly string[])[]>;

/** How statements can stand on a key that is only made by one before them in the same round trip. */
export interface MadeKeys {
  /** What stands for the key among a statement's values. */
  readonly stand: ErpValue;
  /** Asks a function for its value, and keeps it for the statements behind. The value is the first column. */
  keeping(call: Sql): Sql;
  /** The statement with the kept key where `stand` was. `sqlType`: that of the key's column. */
  standingOn(statement: Statement, sqlType: string): Statement;
}

export interface Dialect {
  readonly name: string;
  quote(identifier: string): string;
  /** `index` counts from 1. */
  placeholder(index: number): string;
  /** How membership in a list parameter is written; null where each member gets a placeholder (`IN (?, ?)`). */
  readonly listOperator: "= ANY" | null;
  /** Where NULL stands when sorting ascending: after everything (Postgres) or before (MariaDB). */
  readonly nullsAreHighest: boolean;
  /** Whether an index serves `(a, b) > (x, y)`. */
  readonly comparesTuples: boolean;
  readonly readsFromFunctions: boolean;
  /** Whether a locking read can say which of its tables it locks: `FOR UPDATE OF alias`. Without that it locks all but those in subqueries. */
  readonly locksByAlias: boolean;
  /** Absent where each statement has to be waited for. */
  readonly madeKeys?: MadeKeys;
  /** What the database said, of an error that a statement was refused with; undefined for anything else. */
  statementError?(error: unknown): StatementError | undefined;
  /** Reads the columns of tables, views and (Postgres) set-returning functions. */
  describe(database: ErpDatabase, schema: string | undefined, tables: readonly string[]): Promise<Catalog>;
  /** Whether plans can be made to prefer indexes, however few rows there are. */
  readonly explainsByIndexes: boolean;
  /** Has the database plan a statement without running it; it fails as the statement would. */
  explain(database: ErpDatabase, statement: Statement, how: Explaining): Promise<Plan | NotExplained>;
  /** Indexes this account may see: a second opinion, since a planner takes any of them for a handful of rows, or none. */
  indexes(database: ErpDatabase, schema: string | undefined, tables: readonly string[]): Promise<Indexes>;
}
