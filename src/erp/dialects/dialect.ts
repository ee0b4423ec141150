/** The port that database dialects implement: how statements are written, run and understood. */

import type { ErpValue } from "../binding/sql.ts";

export interface Statement {
  readonly text: string;
  /** In the order of the placeholders; an array stands for a list parameter. */
  readonly values: readonly (ErpValue | readonly ErpValue[])[];
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
}

/** Columns by table, as the database describes them. */
export type Catalog = ReadonlyMap<string, ReadonlyMap<string, ColumnInfo>>;

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
  /** Reads the columns of tables, views and (Postgres) set-returning functions. */
  describe(database: ErpDatabase, schema: string | undefined, tables: readonly string[]): Promise<Catalog>;
}
