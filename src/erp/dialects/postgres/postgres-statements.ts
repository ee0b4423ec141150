/** Sends statements to Postgres through the driver: under names where they may be prepared, and with a clock of our own. */

import { createHash } from "node:crypto";
import type pg from "pg";
import { graceMs } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";

export interface Answer {
  readonly rows: Rows;
  /** Rows read or changed. */
  readonly count: number;
}

export interface Statements {
  query(client: pg.PoolClient, statement: Statement): Promise<Rows>;
  ask(client: pg.PoolClient, statement: Statement, waitMs?: number): Promise<Answer>;
  /** Text without values. Several statements are one message, which ends at the first that fails. Answers the tag of a single one. */
  command(client: pg.PoolClient, text: string): Promise<string | undefined>;
}

/** Past this many different statements no more are prepared: each one costs the server memory on every connection. */
const maxPrepared = 500;

export function postgresStatements({ prepare, statementTimeoutMs }: { readonly prepare: boolean; readonly statementTimeoutMs: number }): Statements {
  const names = new Map<string, string>();
  const nameOf = (text: string): string | undefined => {
    if (!prepare) return undefined;
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

  /**
   * In the driver's callback style, and with a clock of our own: its promises and its `query_timeout` keep the rows of a
   * finished query reachable until the next full garbage collection, which took a sixth of all CPU time.
   */
  const send = <T>(client: pg.PoolClient, query: pg.QueryArrayConfig, take: (result: pg.QueryArrayResult<unknown[]>) => T, waitMs: number): Promise<T> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("Query read timeout")), statementTimeoutMs + graceMs + waitMs);
      client.query<unknown[]>(query, (error, result) => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve(take(result));
      });
    });

  return {
    query: (client, statement) => send(client, queryOf(statement), rowsOf, 0),
    ask: (client, statement, waitMs = 0) => send(client, queryOf(statement), answerOf, waitMs),
    command: (client, text) => send(client, { text, rowMode: "array" }, ({ command }) => command, 0),
  };
}

function rowsOf({ rows }: pg.QueryArrayResult<unknown[]>): Rows {
  return rows;
}

function answerOf({ rows, rowCount }: pg.QueryArrayResult<unknown[]>): Answer {
  return { rows, count: rowCount ?? 0 };
}
