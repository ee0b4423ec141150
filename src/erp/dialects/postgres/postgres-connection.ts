/** A bounded pool of read-only connections to an ERP on Postgres. */

import { createHash } from "node:crypto";
import pg from "pg";
import { type ConnectionOptions, graceMs, type OpenDatabase } from "../connection.ts";
import type { Rows } from "../dialect.ts";
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
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    application_name: options.applicationName,
    options: "-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO -c IntervalStyle=iso_8601 -c extra_float_digits=1",
    types: { getTypeParser: (oid: number) => parsers.get(oid) ?? plainText },
  });
  // A connection that dies while idle is no request's concern: the pool drops it, and the next request opens another.
  pool.on("error", () => undefined);

  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    if (!options.prepare) return undefined;
    const known = names.get(text);
    if (known !== undefined || names.size >= maxPrepared) return known;
    const name = `sluice_${createHash("sha256").update(text).digest("base64url").slice(0, 20)}`;
    names.set(text, name);
    return name;
  };

  return {
    async query(statement): Promise<Rows> {
      const name = nameOf(statement.text);
      try {
        const result = await pool.query<unknown[]>({
          text: statement.text,
          values: [...statement.values],
          rowMode: "array",
          ...(name !== undefined && { name }),
        });
        return result.rows;
      } catch (error) {
        const trouble = postgresTrouble(error);
        if (trouble === undefined) throw error;
        throw sourceUnavailable(trouble, error);
      }
    },
    close: () => pool.end(),
  };
}
