/** What every new connection to MariaDB or MySQL is told before a request may use it. */

import type { ConnectionOptions } from "../connection.ts";

/**
 * Statements in order. None may fail: a connection without its limits is no connection.
 * An empty `sql_mode` reads zero dates, and takes backslashes for what the driver's escaping takes them for. Locks are
 * waited for in whole seconds. `M!` comments are MariaDB's (seconds), `!50708` MySQL's alone (milliseconds): MariaDB skips
 * 50700 to 99999.
 */
export function sessionSettings(options: ConnectionOptions): readonly string[] {
  return ["SET SESSION TRANSACTION READ ONLY", limits(options)];
}

/** Statements in order, before each one that reads: behind a pooler in transaction mode they hold until its `COMMIT`. */
export function transactionOpening(options: ConnectionOptions): readonly string[] {
  return ["START TRANSACTION READ ONLY", limits(options)];
}

function limits({ statementTimeoutMs, lockTimeoutMs }: ConnectionOptions): string {
  const lockSeconds = Math.max(1, Math.round(lockTimeoutMs / 1000));
  return [
    `SET SESSION sql_mode = '', time_zone = '+00:00', lock_wait_timeout = ${lockSeconds}, innodb_lock_wait_timeout = ${lockSeconds}`,
    `/*M!100101 , max_statement_time = ${statementTimeoutMs / 1000} */`,
    `/*!50708 , max_execution_time = ${statementTimeoutMs} */`,
  ].join(" ");
}
