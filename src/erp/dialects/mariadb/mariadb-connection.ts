/** A bounded pool of read-only connections to an ERP on MariaDB or MySQL. */

import mysql from "mysql2/promise";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { mariadbTrouble } from "./mariadb-errors.ts";

/** Set on every new connection. The conditional comments tell MariaDB (seconds) from MySQL (milliseconds). */
function sessionSettings({ statementTimeoutMs, lockTimeoutMs }: ConnectionOptions): string {
  const lockSeconds = Math.max(1, Math.round(lockTimeoutMs / 1000));
  return [
    `SET SESSION lock_wait_timeout = ${lockSeconds}, innodb_lock_wait_timeout = ${lockSeconds}, time_zone = '+00:00', transaction_read_only = 1`,
    `/*M!100101 , max_statement_time = ${statementTimeoutMs / 1000} */`,
  ].join(" ");
}

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
    maxPreparedStatements: 500,
  });
  // Queued on the connection before anything a request sends on it.
  pool.pool.on("connection", (connection) => {
    connection.query(sessionSettings(options), () => {});
    connection.on("error", () => {});
  });

  /** Waits for a connection, and hands back one that comes too late. */
  async function acquire(): Promise<mysql.PoolConnection> {
    const pending = pool.getConnection();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), options.acquireTimeoutMs);
    });
    const first = await Promise.race([pending, late]).finally(() => clearTimeout(timer));
    if (first !== "late") return first;
    pending.then((connection) => connection.release(), () => {});
    throw sourceUnavailable("pool-exhausted", new Error(`no connection within ${options.acquireTimeoutMs} ms`));
  }

  async function run(connection: mysql.PoolConnection, statement: Statement): Promise<Rows> {
    const sql = { sql: statement.text, values: statement.values.map(parameter), timeout: options.statementTimeoutMs + graceMs };
    const [rows] = options.prepare ? await connection.execute<mysql.RowDataPacket[][]>(sql) : await connection.query<mysql.RowDataPacket[][]>(sql);
    return rows;
  }

  return {
    async query(statement): Promise<Rows> {
      let connection: mysql.PoolConnection | undefined;
      try {
        connection = await acquire();
        const rows = await run(connection, statement);
        connection.release();
        return rows;
      } catch (error) {
        // What state a connection is in after an error is not worth finding out.
        connection?.destroy();
        const trouble = mariadbTrouble(error);
        if (trouble === undefined) throw error;
        throw sourceUnavailable(trouble, error);
      }
    },
    close: () => pool.end(),
  };
}

/** Numbers go as text: the prepared protocol would make them doubles, which LIMIT and indexes on text do not take. */
function parameter(value: Statement["values"][number]): string | Buffer | boolean | null {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "number") return String(value);
  throw new Error("MariaDB takes no list as one parameter");
}
