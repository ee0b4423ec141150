/** The port through which a database's own catalogue is read: what `introspect` knows of a schema before it sees a row. */

import type { ColumnType, ErpDatabase } from "./dialect.ts";

/** How the driver gives a column's values, as row types write it. */
export type RowType = "string" | "number" | "boolean" | "Uint8Array" | "unknown";

export interface ColumnFacts {
  readonly name: string;
  readonly type: ColumnType;
  readonly rowType: RowType;
  /** As declared, such as `character(8)` or `decimal(13,2)`. */
  readonly declared: string;
  /** Filled up with spaces to its length. */
  readonly padded: boolean;
  /** Characters of a text column of limited length. */
  readonly length?: number;
  /** Decimals of a NUMERIC column. */
  readonly scale?: number;
  /** All values that an ENUM type allows, in its order. */
  readonly labels?: readonly string[];
  readonly nullable: boolean;
  /** The literal a new row gets, without its quotes. */
  readonly defaultValue?: string;
  readonly comment: string;
  /** Whether this account may read it. */
  readonly readable: boolean;
}

/** An index over whole columns of all rows; of one over expressions, the columns before the first of them. */
export interface IndexFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly primary: boolean;
}

export interface ForeignKeyFacts {
  readonly columns: readonly string[];
  readonly table: string;
  readonly targets: readonly string[];
}

export interface TableFacts {
  readonly name: string;
  /** `function`: one that returns rows. */
  readonly kind: "table" | "view" | "function";
  readonly comment: string;
  /** The database's own estimate, where it keeps one. */
  readonly estimatedRows: number | undefined;
  readonly readable: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly foreignKeys: readonly ForeignKeyFacts[];
}

export interface SchemaReader {
  /** Every table, view and set-returning function of a schema (the connection's own when undefined), by name. */
  readSchema(database: ErpDatabase, schema: string | undefined): Promise<ReadonlyMap<string, TableFacts>>;
  /** Values that the database's statistics know to be common, by column; empty where it keeps none that an account may read. */
  readCommonValues(database: ErpDatabase, schema: string | undefined, table: string): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Written behind a table's name it reads about `percent` of the table's pages; null where the database cannot. */
  readonly scattered: ((percent: number) => string) | null;
}

/** Rows of `[table, name, unique, primary, column]` in the order of the columns. A null column ends what an index is good for. */
export function indexesOf(rows: readonly (readonly unknown[])[]): ReadonlyMap<string, readonly IndexFacts[]> {
  const byTable = new Map<string, Map<string, { facts: IndexFacts; columns: string[]; ended: boolean }>>();
  for (const [table, name, unique, primary, column] of rows) {
    const ofTable = byTable.get(String(table)) ?? new Map<string, { facts: IndexFacts; columns: string[]; ended: boolean }>();
    byTable.set(String(table), ofTable);
    const index = ofTable.get(String(name)) ?? {
      facts: { name: String(name), columns: [], unique: unique === true, primary: primary === true },
      columns: [],
      ended: false,
    };
    ofTable.set(String(name), index);
    if (column === null) index.ended = true;
    else if (!index.ended) index.columns.push(String(column));
  }
  return new Map(
    [...byTable].map(([table, ofTable]) => [
      table,
      [...ofTable.values()]
        .filter(({ columns }) => columns.length > 0)
        .map(({ facts, columns, ended }) => ({ ...facts, columns, unique: facts.unique && !ended, primary: facts.primary && !ended })),
    ]),
  );
}

/** Rows of `[table, name, column, target table, target column]` in the order of the columns. */
export function foreignKeysOf(rows: readonly (readonly unknown[])[]): ReadonlyMap<string, readonly ForeignKeyFacts[]> {
  const byTable = new Map<string, Map<string, { columns: string[]; table: string; targets: string[] }>>();
  for (const [table, name, column, target, targetColumn] of rows) {
    const ofTable = byTable.get(String(table)) ?? new Map<string, { columns: string[]; table: string; targets: string[] }>();
    byTable.set(String(table), ofTable);
    const key = ofTable.get(String(name)) ?? { columns: [], table: String(target), targets: [] };
    ofTable.set(String(name), key);
    key.columns.push(String(column));
    key.targets.push(String(targetColumn));
  }
  return new Map([...byTable].map(([table, ofTable]) => [table, [...ofTable.values()]]));
}

/** A default's literal: `'D'::bpchar` and `'D'` are `D`, an expression is none. */
export function literalDefault(expression: unknown): string | undefined {
  if (typeof expression !== "string") return undefined;
  const quoted = /^'((?:[^']|'')*)'(?:::[\w ]+)?$/.exec(expression)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  return /^-?\d+(\.\d+)?$/.test(expression) ? expression : undefined;
}
