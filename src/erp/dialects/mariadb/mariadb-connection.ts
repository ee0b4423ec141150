/** A bounded pool of connections to an ERP on MariaDB or MySQL, read-only outside of `transact`. */

import mysql from "mysql2/promise";
import type { ConnectionOptions, OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { workInTransaction } from "../work-in-transaction.ts";
import { mariadbTrouble } from "./mariadb-errors.ts";
import { mariadbStatements } from "./mariadb-statements.ts";
import { mariadbTransaction } from "./mariadb-transaction.ts";
import { sessionSettings, transactionOpening } from "./session.ts";

/** Prepared statements per connection. The server's `max_prepared_stmt_count` (16382) is shared by all its clients. */
const maxPrepared = 100;

export function openMariadb(options: ConnectionOptions): OpenDatabase {
  const pool = mysql.createPool({
    uri: options.url,
    connectionLimit: options.maxConnections,
    waitForConnections: true,
    connectTimeout: options.acquireTimeoutMs,
    idleTimeout: 30_000,
    enableKeepAlive: true,
    charset: "utf8mb4",
    rowsAsArray: true,
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    multipleStatements: false,
    // The driver makes code of text to read rows fast. Where such a pooler is needed, the runtime forbids that.
    disableEval: options.pooledByTransaction ?? false,
    maxPreparedStatements: maxPrepared,
    connectAttributes: { program_name: options.applicationName },
  });
  // A connection that dies while idle is no request's concern: the pool drops it, and the next request opens another.
  pool.pool.on("connection", (connection) => {
    connection.on("error", () => undefined);
  });
  const opening = options.pooledByTransaction ? transactionOpening(options) : undefined;
  const settings = sessionSettings(options);
  const settled = new WeakSet<object>();

  const statements = mariadbStatements(options);
  /** Of the server; unknown until a write asks. */
  let isMariadb: boolean | undefined;

  /** Connections that statements hold now. */
  let held = 0;

  /** Waits for a connection, and hands back one that comes too late. */
  async function acquire(): Promise<mysql.PoolConnection> {
    const pending = pool.getConnection();
    const first = await Promise.race([pending, after(options.acquireTimeoutMs, "late" as const)]);
    if (first !== "late") return first;
    pending.then(
      (connection) => connection.release(),
      () => undefined,
    );
    // With connections left to open, it is the server that gives none.
    const trouble = held >= options.maxConnections ? "pool-exhausted" : "connection";
    throw sourceUnavailable(trouble, new Error(`no connection within ${options.acquireTimeoutMs} ms`));
  }

  /** Before a statement that reads: settings that the session keeps, or else those of a transaction around it. */
  async function run(connection: mysql.PoolConnection, statement: Statement): Promise<Rows> {
    if (opening === undefined) await settle(connection);
    else for (const setting of opening) await connection.query(setting);
    const { rows } = await statements.ask(connection, statement);
    if (opening !== undefined) await connection.query("COMMIT");
    return rows;
  }

  async function settle(connection: mysql.PoolConnection): Promise<void> {
    if (settled.has(connection.connection)) return;
    for (const setting of settings) await connection.query(setting);
    settled.add(connection.connection);
  }

  async function servedByMariadb(connection: mysql.PoolConnection): Promise<boolean> {
    const { rows } = await statements.ask(connection, { text: "SELECT VERSION()", values: [], unprepared: true });
    return String(rows[0]?.[0]).includes("MariaDB");
  }

  const failed = (error: unknown): unknown => {
    const trouble = mariadbTrouble(error);
    return trouble === undefined ? error : sourceUnavailable(trouble, error);
  };

  return {
    async query(statement): Promise<Rows> {
      let connection: mysql.PoolConnection | undefined;
      try {
        connection = await acquire();
        held += 1;
        const rows = await statements.within(run(connection, statement));
        connection.release();
        return rows;
      } catch (error) {
        // What state a connection is in after an error is not worth finding out.
        connection?.destroy();
        throw failed(error);
      } finally {
        if (connection !== undefined) held -= 1;
      }
    },
    async transact(work) {
      const { connection, blocks } = await prepared();
      const transaction = mariadbTransaction(connection, statements, { ...options, blocks });
      const handBack = async (): Promise<void> => {
        if (await transaction.end()) connection.release();
        else connection.destroy();
        held -= 1;
      };
      return workInTransaction(transaction, work, handBack);
    },
    close: () => pool.end(),
  };

  /** A connection to write on, with its settings, and whether its server runs blocks. */
  async function prepared(): Promise<{ readonly connection: mysql.PoolConnection; readonly blocks: boolean }> {
    let connection: mysql.PoolConnection | undefined;
    try {
      connection = await acquire();
      held += 1;
      if (!options.pooledByTransaction) await statements.within(settle(connection));
      isMariadb ??= await statements.within(servedByMariadb(connection));
      return { connection, blocks: isMariadb };
    } catch (error) {
      connection?.destroy();
      if (connection !== undefined) held -= 1;
      throw failed(error);
    }
  }
}

/** For races: `value` after a while. The timer keeps no process alive. */
function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
}
