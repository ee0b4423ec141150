/** What Postgres is told before it runs a statement: read only, within limits, and writing values in one known way. */

import type { ConnectionOptions } from "../connection.ts";

/** How values are written does not depend on the server's or the role's taste. */
const writing = { TimeZone: "UTC", DateStyle: "ISO", IntervalStyle: "iso_8601", extra_float_digits: "1" } as const;

/** Parameters of a new session, in the driver's words. */
export function sessionSettings({ statementTimeoutMs, lockTimeoutMs, applicationName }: ConnectionOptions) {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    application_name: applicationName,
    options: ["default_transaction_read_only=on", ...Object.entries(writing).map(([name, value]) => `${name}=${value}`)].map((set) => `-c ${set}`).join(" "),
  };
}

/**
 * Opens a transaction with the same limits. One message of several statements: either all of it holds, or the
 * transaction has failed and runs nothing.
 */
export function transactionOpening(options: ConnectionOptions): string {
  return ["BEGIN READ ONLY", ...localSettings(options)].join("; ");
}

/** The one way to write: sessions are read-only by default. Each statement sees what was committed before it. */
export function writingTransactionOpening(options: ConnectionOptions): string {
  return ["BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", ...(options.pooledByTransaction ? localSettings(options) : [])].join("; ");
}

function localSettings({ statementTimeoutMs, lockTimeoutMs, applicationName }: ConnectionOptions): readonly string[] {
  const settings = {
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: String(lockTimeoutMs),
    idle_in_transaction_session_timeout: String(statementTimeoutMs),
    application_name: applicationName,
    ...writing,
  };
  return Object.entries(settings).map(([name, value]) => `SET LOCAL ${name} = '${value.replaceAll("'", "''")}'`);
}
