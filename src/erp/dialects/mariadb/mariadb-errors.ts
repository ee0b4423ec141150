/** Which MariaDB and MySQL errors pass by themselves. Numbers: MariaDB documentation, "MariaDB Error Codes". */

import type { StatementError } from "../dialect.ts";
import type { Trouble } from "../trouble.ts";

const byNumber: Readonly<Record<number, Trouble>> = {
  1037: "server-error", // out of memory
  1040: "connection", // too many connections
  1044: "connection", // access denied to the database: the gateway's own credentials
  1045: "connection", // access denied
  1049: "connection", // unknown database
  1053: "connection", // server shutdown in progress
  1129: "connection", // host blocked after too many errors
  1130: "connection", // host not allowed
  1152: "connection", // aborted connection
  1193: "connection", // unknown system variable: a server that cannot be given its limits
  1194: "server-error", // table is marked as crashed
  1195: "server-error", // table is marked as crashed and its repair failed
  1203: "connection", // the user has too many connections
  1226: "connection", // the user has used up a resource
  1243: "connection", // prepared statement unknown: a proxy changed servers
  1615: "connection", // prepared statement needs to be prepared again
  1698: "connection", // access denied, MariaDB's unix_socket
  1927: "connection", // connection was killed
  4031: "connection", // MySQL: disconnected because of inactivity
  1317: "timeout", // query interrupted
  1969: "timeout", // max_statement_time exceeded
  3024: "timeout", // MySQL: max_execution_time exceeded
  1205: "locked", // lock wait timeout
  1213: "locked", // deadlock
  1054: "drift", // unknown column
  1142: "drift", // SELECT denied on a table
  1143: "drift", // SELECT denied on a column
  1146: "drift", // no such table
  1305: "drift", // no such function
  1356: "drift", // a view names what is no longer there
  1370: "drift", // EXECUTE denied on a function
};

/** The message of our own clock's error. */
export const unanswered = "the server did not answer";

function numberOf(error: Error): number {
  return "errno" in error && typeof error.errno === "number" ? error.errno : 0;
}

/** Error 1461: the server holds `max_prepared_stmt_count` statements. */
export function isTooManyPrepared(error: unknown): boolean {
  return error instanceof Error && numberOf(error) === 1461;
}

/** Error 1345: EXPLAIN asks for rights on what lies under a view, which the statement itself does not. */
export function isNotExplainable(error: unknown): boolean {
  return error instanceof Error && numberOf(error) === 1345;
}

export function mariadbTrouble(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = byNumber[numberOf(error)];
  if (known !== undefined) return known;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "PROTOCOL_SEQUENCE_TIMEOUT" || error.message === unanswered) return "unanswered";
  if (/^(?:PROTOCOL_CONNECTION_LOST|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT|HANDSHAKE_)/.test(code)) return "connection";
  // The last three are what Workers say.
  return /closed state|Connection lost|Pool is closed|socket|connection attempt failed|Network connection lost|proxy request failed/i.test(error.message)
    ? "connection"
    : undefined;
}

/** The driver's word for a connection that it knows to be lost: it has sent nothing. */
export function isNeverSent(error: unknown): boolean {
  return error instanceof Error && /closed state/.test(error.message);
}

/** Of errors that the server reported; those of the driver have no SQLSTATE. */
export function mariadbStatementError(error: unknown): StatementError | undefined {
  if (!(error instanceof Error) || !("sqlState" in error) || typeof error.sqlState !== "string" || error.sqlState === "") return undefined;
  if (mariadbTrouble(error) !== undefined) return undefined;
  return { sqlstate: error.sqlState, message: "sqlMessage" in error ? String(error.sqlMessage) : error.message };
}
