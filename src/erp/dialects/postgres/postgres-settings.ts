/** What Postgres is told before it runs a statement: read only, within limits, and writing values in one known way. */

import type { ConnectionOptions } from "../connection.ts";
import type { Statement } from "../dialect.ts";

/** How values are written does not depend on the server's or the role's taste. */
const writing = { TimeZone: "UTC", DateStyle: "ISO", IntervalStyle: "iso_8601", extra_float_digits: "1" } as const;

/** Tells triggers of the footprint that it is the gateway who writes. */
const origin = { "sluice.origin": "api" } as const;

/** Parameters of a new session, in the driver's words. */
export function sessionSettings({ statementTimeoutMs, lockTimeoutMs, applicationName }: ConnectionOptions) {
  return {
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    application_name: applicationName,
    options: ["default_transaction_read_only=on", ...Object.entries({ ...writing, ...origin }).map(([name, value]) => `${name}=${value}`)]
      .map((set) => `-c ${set}`)
      .join(" "),
  };
}

/** Opens a transaction with the same limits. The statements behind it in the same batch run if all of it holds, or not at all. */
export function transactionOpening(options: ConnectionOptions): readonly Statement[] {
  return [plain("BEGIN READ ONLY"), localSettings(options)];
}

/** The one way to write: sessions are read-only by default. Each statement sees what was committed before it. */
export function writingTransactionOpening(options: ConnectionOptions): readonly Statement[] {
  return [plain("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"), ...(options.pooledByTransaction ? [localSettings(options)] : [])];
}

function localSettings({ statementTimeoutMs, lockTimeoutMs, applicationName }: ConnectionOptions): Statement {
  return settingsUntilEnd({
    statement_timeout: String(statementTimeoutMs),
    lock_timeout: String(lockTimeoutMs),
    idle_in_transaction_session_timeout: String(statementTimeoutMs),
    application_name: applicationName,
    ...writing,
    ...origin,
  });
}

/** Settings that hold until the end of the transaction, or until it returns to a savepoint from before. */
export function settingsUntilEnd(settings: Readonly<Record<string, string>>): Statement {
  const names = Object.keys(settings);
  return {
    text: `SELECT ${names.map((name, index) => `pg_catalog.set_config('${name}', $${index + 1}, TRUE)`).join(", ")}`,
    values: Object.values(settings),
  };
}

/** A command without values. */
export function plain(text: string): Statement {
  return { text, values: [] };
}
