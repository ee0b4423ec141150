/** Statements that go to Postgres in one write, and come back as one answer. */

import pg from "pg";
import type { Rows, Statement } from "../dialect.ts";

/** Values stay as the database writes them: exact numbers, dates without a zone. Small integers and floats become numbers. */
const { builtins } = pg.types;
const parsers: ReadonlyMap<number, (value: string) => unknown> = new Map<number, (value: string) => unknown>([
  [builtins.BOOL, (value) => value === "t"],
  [builtins.INT2, Number],
  [builtins.INT4, Number],
  [builtins.FLOAT4, floating],
  [builtins.FLOAT8, floating],
  [builtins.BYTEA, (value) => Buffer.from(value.slice(2), "hex")],
]);

/** NaN and the infinities stay text: JSON, and so a cursor, has no number for them. */
function floating(value: string): number | string {
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

/** The driver's way to a value's parser. */
export const typeParsers = { getTypeParser: (oid: number) => parsers.get(oid) ?? ((value: string): string => value) };

/** The columns of a statement's rows whose text becomes something else. */
type Parsed = readonly { readonly at: number; readonly parse: (value: string) => unknown }[];

/** What one connection knows of the statements that were prepared on it, by name. It ends with the connection. */
export type PreparedHere = Map<string, Parsed>;

/**
 * A query of the driver's as it takes them from outside (`Submittable`, the way of `pg-cursor`). Its own class `Query` asks
 * for the description of the columns each time: a third of what Postgres sends for a single row, though a prepared statement
 * keeps its columns for as long as it lives (a table that changes fails it, 0A000). The statements are one transaction.
 */
export class Batch implements pg.Submittable {
  readonly #statements: readonly Statement[];
  readonly #names: readonly string[];
  readonly #prepared: PreparedHere;
  readonly #done: (error: Error | undefined, results: readonly Rows[]) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #results: Rows[] = [];
  #rows: unknown[][] = [];
  #ended = false;
  /** Of the statement whose answer is read. */
  #parsed: Parsed | undefined;

  /** `nameOf`: what a statement is prepared under, or empty for one that is not. `done` is called once, after `timeoutMs` at the latest. */
  constructor(
    statements: readonly Statement[],
    nameOf: (statement: Statement) => string,
    prepared: PreparedHere,
    timeoutMs: number,
    done: (error: Error | undefined, results: readonly Rows[]) => void,
  ) {
    this.#statements = statements;
    this.#names = statements.map(nameOf);
    this.#prepared = prepared;
    this.#done = done;
    this.#timer = setTimeout(() => this.handleError(new Error("Query read timeout")), timeoutMs);
  }

  submit(connection: pg.Connection): void {
    connection.stream.cork();
    for (const [index, { text, values }] of this.#statements.entries()) {
      const name = this.#names[index] ?? "";
      const isNew = name === "" || !this.#prepared.has(name);
      if (isNew) connection.parse({ name, text, types: [] }, true);
      connection.bind({ statement: name, values: values.map(parameter) }, true);
      if (isNew) connection.describe({ type: "P" }, true);
      if (isNew && name !== "") this.#prepared.set(name, []);
      connection.execute({}, true);
    }
    connection.sync();
    connection.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }): void {
    const parsed = fields.flatMap(({ dataTypeID }, at) => {
      const parse = parsers.get(dataTypeID);
      return parse === undefined ? [] : [{ at, parse }];
    });
    const name = this.#names[this.#results.length] ?? "";
    if (name !== "") this.#prepared.set(name, parsed);
    this.#parsed = parsed;
  }

  /** The driver has made the array of texts for this message alone. */
  handleDataRow({ fields }: { readonly fields: unknown[] }): void {
    this.#parsed ??= this.#prepared.get(this.#names[this.#results.length] ?? "") ?? [];
    for (const { at, parse } of this.#parsed) {
      const value = fields[at];
      if (typeof value === "string") fields[at] = parse(value);
    }
    this.#rows.push(fields);
  }

  handleCommandComplete(): void {
    this.#results.push(this.#rows);
    this.#rows = [];
    this.#parsed = undefined;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete();
  }

  handleReadyForQuery(): void {
    this.#end(undefined, this.#results);
  }

  handleError(error: Error): void {
    this.#end(error, []);
  }

  /** A connection that is given up after a timeout says so to its query as well. */
  #end(error: Error | undefined, results: readonly Rows[]): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#done(error, results);
  }
}

/** A value as text or bytes, an array as Postgres writes one. */
function parameter(value: Statement["values"][number]): string | Buffer | null {
  if (typeof value === "string" || value === null) return value;
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  // Keys, nearly always: one look at them all is cheaper than one at each.
  if (value.every((one) => typeof one === "string") && !special.test(value.join(""))) return value.length === 0 ? "{}" : `{"${value.join('","')}"}`;
  return `{${value.map(element).join(",")}}`;
}

const special = /[\\"]/;
const everySpecial = /[\\"]/g;

function element(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}"`;
  return `"${String(value).replace(everySpecial, "\\$&")}"`;
}
