/** A bounded pool of read-only connections to an ERP on Postgres. */

import { createHash } from "node:crypto";
import pg from "pg";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { postgresTrouble } from "./postgres-errors.ts";
import { sessionSettings, transactionOpening } from "./postgres-settings.ts";

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
    keepAlive: true,
    pipeline: true, // for `queryTogether`: statements are sent without waiting for the answer to the one before
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    ...(!options.pooledByTransaction && sessionSettings(options)),
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

  /**
   * In the driver's callback style, and with a clock of our own: its promises and its `query_timeout` keep the rows of a
   * finished query reachable until the next full garbage collection, which took a sixth of all CPU time.
   */
  const rowsOf = (client: pg.PoolClient, query: pg.QueryArrayConfig): Promise<Rows> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Query read timeout")), options.statementTimeoutMs + graceMs);
      client.query<unknown[]>(query, (error, result) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(result.rows);
      });
    });

  const opening = options.pooledByTransaction ? transactionOpening(options) : undefined;
  /** Sent in one go: with the transaction around them they take no longer, and should it not open, they fail with it. */
  async function send(client: pg.PoolClient, statements: readonly Statement[]): Promise<readonly Rows[]> {
    const opened = opening === undefined ? undefined : rowsOf(client, { text: opening, rowMode: "array" });
    const results = Promise.all(statements.map((statement) => rowsOf(client, queryOf(statement))));
    if (opened !== undefined) await Promise.all([opened, results, rowsOf(client, { text: "COMMIT", rowMode: "array" })]);
    return results;
  }
  const query =
    opening === undefined
      ? (statement: Statement): Promise<Rows> => run((client) => rowsOf(client, queryOf(statement)))
      : async (statement: Statement): Promise<Rows> => (await run((client) => send(client, [statement])))[0] ?? [];

  return {
    query,
    async queryTogether(statements) {
      // The same text twice would be prepared twice under one name.
      const distinct = new Set(statements.map(({ text }) => text)).size === statements.length;
      if (distinct) return run((client) => send(client, statements));
      const results: Rows[] = [];
      for (const statement of statements) results.push(await query(statement));
      return results;
    },
    close: () => pool.end(),
  };
}
