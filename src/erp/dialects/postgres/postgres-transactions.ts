/** Statements behind a pooler in transaction mode: each set in a transaction of its own that carries the limits. */

import type pg from "pg";
import { type ConnectionOptions, graceMs } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { transactionOpening } from "./postgres-settings.ts";

/**
 * Runs statements in one transaction on a client in the driver's pipeline mode. All is sent in one go: with the
 * transaction around them statements take no longer, and should it not open, they fail with it.
 */
export function transactions(options: ConnectionOptions): (client: pg.PoolClient, statements: readonly Statement[]) => Promise<readonly Rows[]> {
  const opening = transactionOpening(options);

  /** With a clock of our own: the driver's keeps the rows of a finished query reachable until the next full garbage collection. */
  const rowsOf = (client: pg.PoolClient, text: string, values: Statement["values"] = []): Promise<Rows> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Query read timeout")), options.statementTimeoutMs + graceMs);
      client.query<unknown[]>({ text, values: [...values], rowMode: "array" }, (error, result) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(result.rows);
      });
    });

  return async (client, statements) => {
    const opened = rowsOf(client, opening);
    const results = Promise.all(statements.map(({ text, values }) => rowsOf(client, text, values)));
    await Promise.all([opened, results, rowsOf(client, "COMMIT")]);
    return results;
  };
}
