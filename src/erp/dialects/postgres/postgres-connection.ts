/** A bounded pool of connections to an ERP on Postgres, read-only outside of `transact`. */

import pg from "pg";
import type { ConnectionOptions, OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { workInTransaction } from "../work-in-transaction.ts";
import { postgresTrouble, sqlStateOf } from "./postgres-errors.ts";
import { plain, sessionSettings, transactionOpening } from "./postgres-settings.ts";
import { type Send, statementSender } from "./postgres-statements.ts";
import { postgresTransaction } from "./postgres-transaction.ts";

export function openPostgres(options: ConnectionOptions): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    ...(!options.pooledByTransaction && sessionSettings(options)),
  });
  // A connection that dies while idle is no request's concern: the pool drops it, and the next request opens another.
  pool.on("error", () => undefined);
  // One that dies in use fails the statement underway; without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", () => undefined));

  const send = statementSender(options);
  const read = reader(pool, send, options);

  return {
    query: (statement) => read([statement], ([rows = []]) => rows),
    queryTogether: (statements) => read(statements, (results) => results),
    async transact(work) {
      const client = await pool.connect().catch((error: unknown) => {
        throw inTrouble(error);
      });
      const transaction = postgresTransaction(client, send, options);
      return workInTransaction(transaction, work, async () => client.release(!(await transaction.end())));
    },
    close: () => pool.end(),
  };
}

/** Runs statements in one round trip; `take` is given their rows. A client that met an error is not used again: what state it is in is not worth finding out. */
function reader(
  pool: pg.Pool,
  send: Send,
  options: ConnectionOptions,
): <T>(statements: readonly Statement[], take: (rows: readonly Rows[]) => T) => Promise<T> {
  const opening = options.pooledByTransaction ? transactionOpening(options) : [];
  const closing = options.pooledByTransaction ? [plain("COMMIT")] : [];
  return (statements, take) =>
    new Promise((resolve, reject) => {
      pool.connect((cannot, client, release) => {
        if (client === undefined) return reject(inTrouble(cannot));
        const all = opening.length === 0 ? statements : [...opening, ...statements, ...closing];
        send(client, all, {
          done({ error, rows }) {
            if (error === undefined) {
              release();
              return resolve(take(opening.length === 0 ? rows : rows.slice(opening.length, -closing.length)));
            }
            reject(inTrouble(error));
            // A pooler would drop its own connection as well, were a failed transaction left open on it.
            if (opening.length > 0 && sqlStateOf(error) !== undefined) send(client, [plain("ROLLBACK")], { done: () => release(true) });
            else release(true);
          },
        });
      });
    });
}

function inTrouble(error: unknown): unknown {
  const trouble = postgresTrouble(error);
  return trouble === undefined ? error : sourceUnavailable(trouble, error);
}
