/** A bounded pool of read-only connections to an ERP on Postgres. */

import { createHash } from "node:crypto";
import pg from "pg";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { postgresTrouble } from "./postgres-errors.ts";

/** Values stay as the database writes them: exact numbers, dates without a zone. Small integers and floats become numbers. */
const plainText = (value: string): string => value;
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

/** Past this many different statements no more are prepared: each one costs the server memory on every connection. */
const maxPrepared = 500;

export function openPostgres(options: ConnectionOptions): OpenDatabase {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    statement_timeout: options.statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + graceMs,
    keepAlive: true,
    pipeline: true, // for `queryTogether`: statements are sent without waiting for the answer to the one before
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: options.applicationName,
    options: "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c extra_float_digits=1",
    types: { getTypeParser: (oid: number) => parsers.get(oid) ?? plainText },
  });
  // A connection that dies while idle is no request's concern: the pool drops it, and the next request opens another.
  pool.on("error", () => undefined);
  // One that dies in use fails the statement underway; without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", () => undefined));

  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    if (!options.prepare) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size >= maxPrepared) return known;
    const name = `sluice_${createHash("sha256").update(text).digest("base64url").slice(0, 20)}`;
    names.set(text, name);
    return name;
  };

  const queryOf = (statement: Statement): pg.QueryArrayConfig => {
    const name = statement.unprepared ? undefined : nameOf(statement.text);
    return { text: statement.text, values: [...statement.values], rowMode: "array", ...(name !== undefined && { name }) };
  };

  /** A client that met an error is not used again: what state it is in is not worth finding out. */
  async function run<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    let client: pg.PoolClient | undefined;
    try {
      client = await pool.connect();
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client?.release(true);
      const trouble = postgresTrouble(error);
      if (trouble === undefined) throw error;
      throw sourceUnavailable(trouble, error);
    }
  }

  return {
    query: (statement) => run(async (client) => (await client.query<unknown[]>(queryOf(statement))).rows),
    async queryTogether(statements) {
      // The same text twice would be prepared twice under one name.
      const distinct = new Set(statements.map(({ text }) => text)).size === statements.length;
      return run(async (client) => {
        if (distinct) return (await Promise.all(statements.map((statement) => client.query<unknown[]>(queryOf(statement))))).map(({ rows }) => rows);
        const results: Rows[] = [];
        for (const statement of statements) results.push((await client.query<unknown[]>(queryOf(statement))).rows);
        return results;
      });
    },
    close: () => pool.end(),
  };
}
