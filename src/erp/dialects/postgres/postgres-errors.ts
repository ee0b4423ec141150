/** Which Postgres errors pass by themselves. Classes: PostgreSQL documentation, appendix A (error codes). */

import type { StatementError } from "../dialect.ts";
import type { Trouble } from "../trouble.ts";

/** Codes whose trouble is not their class's. */
const byCode: Readonly<Record<string, Trouble>> = {
  "57014": "timeout", // query_canceled: statement_timeout
  "55P03": "locked", // lock_not_available: lock_timeout
  "55000": "server-error", // object_not_in_prerequisite_state: the database accepts no connections, a materialised view is empty
  "40P01": "locked", // deadlock_detected
  "40001": "locked", // serialization_failure
  "25P03": "connection", // idle_in_transaction_session_timeout: we were too slow, and the connection is gone
  "25P04": "connection", // transaction_timeout: likewise
  "53300": "connection", // too_many_connections
  "53100": "server-error", // disk_full: maybe of this statement's own temporary files
  "53200": "server-error", // out_of_memory: maybe of this statement alone
  "53400": "server-error", // configuration_limit_exceeded: temp_file_limit
  "58000": "connection", // system_error: how Hyperdrive says that it reaches no database, or has no connection left
  "42P01": "drift", // undefined_table
  "42703": "drift", // undefined_column
  "42883": "drift", // undefined_function
  "42501": "drift", // insufficient_privilege
  "42804": "drift", // datatype_mismatch: an archive whose column is of another type
  "42846": "drift", // cannot_coerce
  "3F000": "drift", // invalid_schema_name
  "0A000": "stale-plan", // a prepared plan whose table changed; the connection is dropped, the next one plans anew
};

const byClass: Readonly<Record<string, Trouble>> = {
  "08": "connection", // connection exception
  "28": "connection", // invalid authorization specification: the gateway's own credentials
  "3D": "connection", // invalid catalog name
  "53": "connection", // insufficient resources
  "57": "connection", // operator intervention: shutdown, crash, cannot connect now
  "58": "server-error", // system error: a file that cannot be read
  XX: "server-error", // internal error: a damaged page or index
};

/** Messages of the driver and of the runtime, which carry no SQLSTATE. */
const byMessage: readonly (readonly [RegExp, Trouble])[] = [
  [/timeout exceeded when trying to connect/i, "pool-exhausted"],
  [/Query read timeout/i, "unanswered"],
  [
    /Connection terminated|Client has encountered a connection error|not queryable|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENOENT|socket/i,
    "connection",
  ],
  [/connection attempt failed|Network connection lost|proxy request failed/i, "connection"], // Workers
];

/** Codes that mean trouble whoever reports them. All others are the ERP's own word when its code says RAISE. */
const alwaysTrouble = /^(?:08|53|57|XX|40001|40P01|55P03)/;

export function postgresTrouble(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = sqlStateOf(error);
  if (code !== undefined) return isRaised(error) && !alwaysTrouble.test(code) ? undefined : (byCode[code] ?? byClass[code.slice(0, 2)]);
  const words = `${"code" in error ? String(error.code) : ""} ${error.message} ${error instanceof AggregateError ? error.errors.map(String).join(" ") : ""}`;
  return byMessage.find(([pattern]) => pattern.test(words))?.[1];
}

export function postgresStatementError(error: unknown): StatementError | undefined {
  const sqlstate = sqlStateOf(error);
  return sqlstate === undefined || postgresTrouble(error) !== undefined ? undefined : { sqlstate, message: error instanceof Error ? error.message : "" };
}

/** Of errors that the server reported; those of the runtime have codes of their own, EPIPE among them. */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("severity" in error) || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** By RAISE in PL/pgSQL: the server names the routine of its own code that an error comes from. */
function isRaised(error: Error): boolean {
  return "routine" in error && error.routine === "exec_stmt_raise";
}
