/** Which MariaDB and MySQL errors pass by themselves. Numbers: MariaDB documentation, "MariaDB Error Codes". */

import type { Trouble } from "../trouble.ts";

const byNumber: Readonly<Record<number, Trouble>> = {
  1040: "connection", // too many connections
  1044: "connection", // access denied to the database: the gateway's own credentials
  1045: "connection", // access denied
  1049: "connection", // unknown database
  1053: "connection", // server shutdown in progress
  1152: "connection", // aborted connection
  1203: "connection", // the user has too many connections
  1317: "timeout", // query interrupted
  1927: "connection", // connection was killed
  1969: "timeout", // max_statement_time exceeded
  3024: "timeout", // MySQL: max_execution_time exceeded
  1205: "locked", // lock wait timeout
  1213: "locked", // deadlock
  1054: "drift", // unknown column
  1142: "drift", // SELECT denied on a table
  1143: "drift", // SELECT denied on a column
  1146: "drift", // no such table
};

export function mariadbTrouble(error: unknown): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const number = "errno" in error && typeof error.errno === "number" ? error.errno : 0;
  const known = byNumber[number];
  if (known !== undefined) return known;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "PROTOCOL_SEQUENCE_TIMEOUT") return "timeout";
  if (/^(?:PROTOCOL_CONNECTION_LOST|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENOENT)/.test(code)) return "connection";
  if (/Queue limit reached/i.test(error.message)) return "pool-exhausted";
  return /closed state|Connection lost|socket/i.test(error.message) ? "connection" : undefined;
}
