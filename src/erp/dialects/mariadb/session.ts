/** What connections to MariaDB or MySQL are told before a request may use them. */

import type { ConnectionOptions } from "../connection.ts";

/**
 * Statements in order. None may fail: a connection without its limits is no connection.
 * A `sql_mode` without more in it reads zero dates, and takes backslashes for what the driver's escaping takes them for; a
 * value that does not fit its column is refused, and not cut. Locks are waited for in whole seconds. `M!` comments are MariaDB's (seconds), `!50708` MySQL's alone (milliseconds): MariaDB skips
 * 50700 to 99999.
 */
export function sessionSettings(options: ConnectionOptions): readonly string[] {
  return ["SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY", limits(options)];
}

/** Statements in order, before each one that reads: behind a pooler in transaction mode they hold until its `COMMIT`. */
export function transactionOpening(options: ConnectionOptions): readonly string[] {
  return ["START TRANSACTION READ ONLY", limits(options)];
}

/** Statements in order, before those of a transaction that may write: the one way to, since sessions are read-only. */
export function writingTransactionOpening({ pooledByTransaction, ...options }: Limits & Pick<ConnectionOptions, "pooledByTransaction">): readonly string[] {
  const opening = "START TRANSACTION READ WRITE";
  // A pooler's session has settings of its own, so the level has to be set for the one transaction to come.
  return pooledByTransaction ? ["SET TRANSACTION ISOLATION LEVEL READ COMMITTED", opening, limits(options)] : [opening];
}

type Limits = Pick<ConnectionOptions, "statementTimeoutMs" | "lockTimeoutMs">;

function limits({ statementTimeoutMs, lockTimeoutMs }: Limits): string {
  const lockSeconds = Math.max(1, Math.round(lockTimeoutMs / 1000));
  return [
    `SET SESSION sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00', lock_wait_timeout = ${lockSeconds}, innodb_lock_wait_timeout = ${lockSeconds}`,
    // A transaction that is left open by a client that hangs, or behind a network that does, is ended as well.
    `/*M!100300 , idle_transaction_timeout = ${Math.ceil(statementTimeoutMs / 1000)} */`,
    `/*M!100101 , max_statement_time = ${statementTimeoutMs / 1000} */`,
    `/*!50708 , max_execution_time = ${statementTimeoutMs} */`,
    // Tells triggers of the footprint that it is the gateway who writes.
    ", @sluice_origin = 'api'",
  ].join(" ");
}
