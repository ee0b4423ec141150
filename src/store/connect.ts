/** Opens the gateway's own database with every wait bounded: a store that hangs must not hang its callers. */
import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import pg from "pg";
import type { StoreTables } from "./tables.ts";

export type Store = Kysely<StoreTables>;

export interface StoreOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Longest wait for a connection, and longest run of one statement. */
  readonly timeoutMs: number;
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly onBrokenConnection: (error: Error) => void;
  /**
   * Whether a pooler in transaction mode stands between, which keeps no settings of a session: then a statement is waited
   * for no longer, but how long it runs is for the role's own `statement_timeout` to say.
   */
  readonly pooledByTransaction?: boolean;
}

/** Connects on first use. `destroy()` of the result closes every connection. */
export function connectStore(options: StoreOptions): Store {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize,
    keepAlive: true,
    connectionTimeoutMillis: options.timeoutMs,
    ...(!options.pooledByTransaction && sessionSettings(options)),
    // The server's own limit comes first and leaves the connection usable; this one is for a server that says nothing.
    query_timeout: options.timeoutMs + 500,
  });
  pool.on("error", options.onBrokenConnection);
  // One that dies in use fails the statement underway; without a listener it would end the process as well.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return new Kysely<StoreTables>({ dialect: new PostgresDialect({ pool: discardAfterTimeout(pool) }) }).withSchema("sluice");
}

function sessionSettings({ timeoutMs }: StoreOptions) {
  return { application_name: "sluice", statement_timeout: timeoutMs, idle_in_transaction_session_timeout: 10_000 };
}

/**
 * After a client-side timeout `pg` leaves the query running on its connection, and Kysely gives that connection back to
 * the pool, where the next caller would wait behind it. Here such a connection is closed instead.
 */
function discardAfterTimeout(pool: pg.Pool): PostgresPool {
  return {
    connect: async () => {
      const client = await pool.connect();
      let timedOut = false;
      // `query` is heavily overloaded; every overload Kysely uses returns a promise or a cursor, passed through as is.
      const query = new Proxy(client.query, {
        apply: (target, _self, args) => {
          const result: unknown = Reflect.apply(target, client, args);
          if (result instanceof Promise) {
            result.catch((error: unknown) => {
              timedOut ||= error instanceof Error && error.message === "Query read timeout";
            });
          }
          return result;
        },
      });
      return new Proxy(client, {
        get: (target, property) => {
          if (property === "query") return query;
          if (property === "release") return () => target.release(timedOut);
          return Reflect.get(target, property, target);
        },
      });
    },
    end: () => pool.end(),
    options: pool.options,
  };
}
