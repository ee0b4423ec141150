/** A bounded pool of read-only connections to an ERP on MariaDB or MySQL. */

import mysql from "mysql2/promise";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { isTooManyPrepared, mariadbTrouble } from "./mariadb-errors.ts";
import { sessionSettings, transactionOpening } from "./session.ts";

/** `FieldPacket.columnType` of BIT(n). */
const bitColumn = 16;

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

  async function run(connection: mysql.PoolConnection, statement: Statement): Promise<Rows> {
    if (opening !== undefined) {
      for (const setting of opening) await connection.query(setting);
    } else if (!settled.has(connection.connection)) {
      for (const setting of settings) await connection.query(setting);
      settled.add(connection.connection);
    }
    const [rows, fields] = await send(connection, statement);
    if (opening !== undefined) await connection.query("COMMIT");
    const bits = fields.flatMap((field, index) => (field.columnType === bitColumn ? [index] : []));
    return bits.length === 0 ? rows : rows.map((row) => row.map((value: unknown, index) => (bits.includes(index) ? bitValue(value) : value)));
  }

  async function send(connection: mysql.PoolConnection, { text, values }: Statement): Promise<[mysql.RowDataPacket[][], mysql.FieldPacket[]]> {
    if (options.prepare) {
      try {
        return await connection.execute<mysql.RowDataPacket[][]>(text, values.map(preparedValue));
      } catch (error) {
        if (!isTooManyPrepared(error)) throw error; // else other clients hold them all: this statement goes without
      }
    }
    return connection.query<mysql.RowDataPacket[][]>(text, values.map(plainValue));
  }

  return {
    async query(statement): Promise<Rows> {
      let connection: mysql.PoolConnection | undefined;
      try {
        connection = await acquire();
        held += 1;
        // The driver's own timeout does not cover preparing, and a server that is stopped answers nothing at all.
        const rows = await Promise.race([run(connection, statement), after(options.statementTimeoutMs + graceMs, undefined)]);
        if (rows === undefined) throw sourceUnavailable("unanswered", new Error("the server did not answer"));
        connection.release();
        return rows;
      } catch (error) {
        // What state a connection is in after an error is not worth finding out.
        connection?.destroy();
        const trouble = mariadbTrouble(error);
        if (trouble === undefined) throw error;
        throw sourceUnavailable(trouble, error);
      } finally {
        if (connection !== undefined) held -= 1;
      }
    },
    close: () => pool.end(),
  };
}

/** For races: `value` after a while. The timer keeps no process alive. */
function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(value), ms).unref();
  });
}

type Sent = string | number | Buffer | boolean | null;

/** In a prepared statement numbers go as text: as doubles, LIMIT and large integers would not take them. */
function preparedValue(value: Statement["values"][number]): Sent {
  return typeof value === "number" ? String(value) : plainValue(value);
}

function plainValue(value: Statement["values"][number]): Sent {
  if (value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw new Error("MariaDB takes no list as one parameter");
}

/** BIT(n) comes as bytes; like any integer it is a number, or text beyond what a double holds. */
function bitValue(value: unknown): unknown {
  if (!(value instanceof Uint8Array)) return value;
  const whole = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : String(whole);
}
