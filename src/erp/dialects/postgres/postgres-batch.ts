/** Statements that go to Postgres in one write with one `Sync`, and come back as one answer. */

import type pg from "pg";
import type { Rows, Statement } from "../dialect.ts";
import { type Parsed, parameter, parsedColumns } from "./postgres-values.ts";

/** What one connection knows of the statements that were prepared on it, by name. It ends with the connection. */
export type PreparedHere = Map<string, Parsed>;

/** What became of the statements. After an error, `rows` and `tags` are those of the statements that ran before it. */
export interface Outcome {
  readonly error: Error | undefined;
  readonly rows: readonly Rows[];
  /** As Postgres ends each statement: `SELECT 2`, `INSERT 0 1`, `COMMIT`. */
  readonly tags: readonly string[];
}

export interface BatchParts {
  readonly statements: readonly Statement[];
  /** What each is prepared under; empty for one that is not. */
  readonly names: readonly string[];
  readonly prepared: PreparedHere;
  readonly timeoutMs: number;
  /** Called when the bytes are on their way; never, where the connection was lost before. */
  readonly sent?: (() => void) | undefined;
  /** Called once, after `timeoutMs` at the latest. */
  readonly done: (outcome: Outcome) => void;
}

/**
 * A query of the driver's as it takes them from outside (`Submittable`, the way of `pg-cursor`). Its own class `Query` asks
 * for the description of the columns each time: a third of what Postgres sends for a single row, though a prepared statement
 * keeps its columns for as long as it lives (a table that changes fails it, 0A000).
 *
 * Outside of a transaction block the statements are one transaction. The first that fails ends the answer: Postgres passes
 * over all behind it, a COMMIT among them, and leaves the block open and failed.
 */
export class Batch implements pg.Submittable {
  readonly #parts: BatchParts;
  readonly #timer: NodeJS.Timeout;
  readonly #new = new Set<string>();
  readonly #results: Rows[] = [];
  readonly #tags: string[] = [];
  #rows: unknown[][] = [];
  #ended = false;
  /** Of the statement whose answer is read. */
  #parsed: Parsed | undefined;

  constructor(parts: BatchParts) {
    this.#parts = parts;
    this.#timer = setTimeout(() => this.handleError(new Error("Query read timeout")), parts.timeoutMs);
  }

  submit(connection: pg.Connection): void {
    const { statements, names, sent } = this.#parts;
    const { stream } = connection;
    stream.cork?.(); // a connection of Workers cannot be corked
    try {
      for (const [index, statement] of statements.entries()) this.#write(connection, statement, names[index] ?? "");
      connection.sync();
    } finally {
      stream.uncork?.();
    }
    sent?.();
  }

  #write(connection: pg.Connection, { text, values }: Statement, name: string): void {
    const { prepared } = this.#parts;
    const parameters = values.map(parameter);
    const isNew = name === "" || !prepared.has(name);
    if (isNew && name !== "") {
      // Of one that failed before it was described nobody knows whether it was prepared.
      connection.close({ type: "S", name }, true);
      prepared.set(name, []);
      this.#new.add(name);
    }
    if (isNew) connection.parse({ name, text, types: [] }, true);
    connection.bind({ statement: name, values: parameters }, true);
    if (isNew) connection.describe({ type: "P" }, true);
    connection.execute({}, true);
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly dataTypeID: number }[] }): void {
    this.#parsed = parsedColumns(fields.map(({ dataTypeID }) => dataTypeID));
    const name = this.#name();
    if (name !== "") this.#parts.prepared.set(name, this.#parsed);
  }

  /** The driver has made the array of texts for this message alone. */
  handleDataRow({ fields }: { readonly fields: unknown[] }): void {
    this.#parsed ??= this.#parts.prepared.get(this.#name()) ?? [];
    for (const { at, parse } of this.#parsed) {
      const value = fields[at];
      if (typeof value === "string") fields[at] = parse(value);
    }
    this.#rows.push(fields);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#results.push(this.#rows);
    this.#tags.push(text);
    this.#rows = [];
    this.#parsed = undefined;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  /** Nothing follows: Postgres would wait for the data. */
  handleCopyInResponse(connection: { sendCopyFail(why: string): void }): void {
    connection.sendCopyFail("COPY is not for the gateway");
  }

  handleCopyData(): void {
    // A COPY to nobody.
  }

  handleReadyForQuery(): void {
    this.#end(undefined);
  }

  handleError(error: Error): void {
    const { names, prepared } = this.#parts;
    for (const name of names.slice(this.#results.length)) if (this.#new.has(name)) prepared.delete(name);
    this.#end(error);
  }

  #name(): string {
    return this.#parts.names[this.#results.length] ?? "";
  }

  /** A connection that is given up after a timeout says so to its query as well. */
  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#parts.done({ error, rows: this.#results, tags: this.#tags });
  }
}
