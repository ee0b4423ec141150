/** A bounded pool of connections to an ERP on Postgres, read-only outside of `transact`. */

import pg from "pg";
import type { ConnectionOptions, OpenDatabase } from "../connection.ts";
import type { Rows, Statement } from "../dialect.ts";
import { sourceUnavailable } from "../trouble.ts";
import { postgresTrouble } from "./postgres-errors.ts";
import { sessionSettings, transactionOpening } from "./postgres-settings.ts";
import { postgresStatements } from "./postgres-statements.ts";
import { postgresTransaction } from "./postgres-transaction.ts";

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

  const statements = postgresStatements(options);

  const failed = (error: unknown): unknown => {
    const trouble = postgresTrouble(error);
    return trouble === undefined ? error : sourceUnavailable(trouble, error);
  };

  const connect = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw failed(error);
    });

  /** A client that met an error is not used again: what state it is in is not worth finding out. */
  async function run<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw failed(error);
    }
  }

  const opening = options.pooledByTransaction ? transactionOpening(options) : undefined;
  /** Sent in one go: with the transaction around them they take no longer, and should it not open, they fail with it. */
  async function send(client: pg.PoolClient, all: readonly Statement[]): Promise<readonly Rows[]> {
    const opened = opening === undefined ? undefined : statements.command(client, opening);
    const results = Promise.all(all.map((statement) => statements.query(client, statement)));
    if (opened !== undefined) await Promise.all([opened, results, statements.command(client, "COMMIT")]);
    return results;
  }
  const query =
    opening === undefined
      ? (statement: Statement): Promise<Rows> => run((client) => statements.query(client, statement))
      : async (statement: Statement): Promise<Rows> => (await run((client) => send(client, [statement])))[0] ?? [];

  return {
    query,
    async queryTogether(all) {
      // The same text twice would be prepared twice under one name.
      const distinct = new Set(all.map(({ text }) => text)).size === all.length;
      if (distinct) return run((client) => send(client, all));
      const results: Rows[] = [];
      for (const statement of all) results.push(await query(statement));
      return results;
    },
    async transact(work) {
      const client = await connect();
      const transaction = postgresTransaction(client, statements, options);
      const handBack = async (): Promise<void> => {
        const reusable = await transaction.end();
        // The driver would wait for answers that may never come, and the server keep its locks as long.
        if (!reusable) client.connection.stream.destroy();
        client.release(!reusable);
      };
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work(transaction);
      } catch (error) {
        await handBack();
        throw error;
      }
      // On its way already; nobody has to wait until the database has said so.
      void handBack();
      return result;
    },
    close: () => pool.end(),
  };
}
