/** What every dialect needs to open a bounded pool of read-only connections. */

import type { ErpDatabase } from "./dialect.ts";

export interface ConnectionOptions {
  readonly url: string;
  readonly maxConnections: number;
  /** Longest wait for a free connection. */
  readonly acquireTimeoutMs: number;
  /** The database ends a statement after this. */
  readonly statementTimeoutMs: number;
  /** The database gives up waiting for a lock after this. */
  readonly lockTimeoutMs: number;
  /** Whether statements may be prepared by name; poolers in transaction mode forbid it. */
  readonly prepare: boolean;
  readonly applicationName: string;
  /**
   * Whether a pooler in transaction mode stands between: sessions then change hands, so that limits and settings hold for
   * the transaction that sets them and no longer. False by default: they are the session's.
   */
  readonly pooledByTransaction?: boolean;
}

/** An open pool and how to end it. */
export interface OpenDatabase extends ErpDatabase {
  close(): Promise<void>;
}

/** The server ends a slow statement itself; the client gives up only when the server no longer answers at all. */
export const graceMs = 1000;
