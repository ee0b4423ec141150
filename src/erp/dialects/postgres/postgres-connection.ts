/** A bounded pool of read-only connections to an ERP on Postgres. */

import { createHash } from "node:crypto";
import pg from "pg";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { Batch, type PreparedHere, typeParsers } from "./postgres-batch.ts";
import { postgresTrouble } from "./postgres-errors.ts";
import { sessionSettings } from "./postgres-settings.ts";
import { transactions } from "./postgres-transactions.ts";

/** Past this many different statements no more are prepared: each one costs the server memory on every connection. */
const maxPrepared = 500;

export function openPostgres(options: ConnectionOptions): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    keepAlive: true,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    ...(options.pooledByTransaction ? { pipeline: true } : sessionSettings(options)),
    types: typeParsers,
  });
  // A connection that dies while idle is no request's concern: the pool drops it, and the next request opens another.
  pool.on("error", () => undefined);
  // One that dies in use fails the statement underway; without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", () => undefined));

  const send = options.pooledByTransaction ? sendInTransactions(pool, options) : sendInBatches(pool, options);
  return {
    query: (statement) => send([statement], ([rows = []]) => rows),
    queryTogether: (statements) => send(statements, (results) => results),
    close: () => pool.end(),
  };
}

/** Runs statements in one go; `take` is given their rows. A client that met an error is not used again: what state it is in is not worth finding out. */
type Send = <T>(statements: readonly Statement[], take: (results: readonly Rows[]) => T) => Promise<T>;

/** In callbacks throughout: a single read would pay for the promises around its connection more than for its rows. */
function sendInBatches(pool: pg.Pool, options: ConnectionOptions): Send {
  const nameOf = statementNames(options);
  const preparedOn = new WeakMap<pg.ClientBase, PreparedHere>();
  return (statements, take) =>
    new Promise((resolve, reject) => {
      pool.connect((cannot, client, release) => {
        if (client === undefined) return reject(inTrouble(cannot));
        const prepared = preparedOn.get(client) ?? new Map();
        preparedOn.set(client, prepared);
        const batch = new Batch(statements, nameOf, prepared, options.statementTimeoutMs + graceMs, (error, results) => {
          release(error !== undefined);
          if (error === undefined) resolve(take(results));
          else reject(inTrouble(error));
        });
        client.query(batch);
      });
    });
}

function sendInTransactions(pool: pg.Pool, options: ConnectionOptions): Send {
  const run = transactions(options);
  return async (statements, take) => {
    let client: pg.PoolClient | undefined;
    try {
      client = await pool.connect();
      const results = await run(client, statements);
      client.release();
      return take(results);
    } catch (error) {
      client?.release(true);
      throw inTrouble(error);
    }
  };
}

/** The name a statement is prepared under; empty for one that is not. */
function statementNames(options: ConnectionOptions): (statement: Statement) => string {
  const names = new Map<string, string>();
  return ({ text, unprepared }) => {
    if (!options.prepare || unprepared) return "";
    const known = names.get(text);
    if (known !== undefined || names.size >= maxPrepared) return known ?? "";
    const name = `sluice_${createHash("sha256").update(text).digest("base64url").slice(0, 20)}`;
    names.set(text, name);
    return name;
  };
}

function inTrouble(error: unknown): unknown {
  const trouble = postgresTrouble(error);
  return trouble === undefined ? error : sourceUnavailable(trouble, error);
}
