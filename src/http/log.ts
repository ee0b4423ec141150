/** The log of requests: one line each, made of allowed fields only. Never bodies, keys, queries or signatures. */

import { Problem } from "#lib/problems.ts";

/** Port: structured log lines. */
export interface Log {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/**
 * What may be said of an error. Database messages can quote a row's values, so of errors that carry an SQLSTATE only the
 * code and the names of things are kept.
 */
export function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof Problem) return error.cause === undefined ? {} : describeError(error.cause);
  if (!(error instanceof Error)) return { error: typeof error };
  const fields: Record<string, unknown> = { error: error.name };
  for (const key of ["trouble", "code", "errno", "sqlState", "severity", "schema", "table", "column", "resource", "id", "fields"]) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === "string" || typeof value === "number" || Array.isArray(value)) fields[key === "code" ? "error_code" : key] = value; // `code` is that of the problem
  }
  const fromDatabase = "severity" in error || "sqlState" in error || "sql" in error;
  if (!fromDatabase) fields["message"] = error.message;
  if (!fromDatabase && error.name !== "SourceTrouble" && error.cause === undefined)
    fields["stack"] = error.stack
      ?.split("\n")
      .slice(1, 6)
      .map((line) => line.trim());
  return error.cause === undefined ? fields : { ...fields, cause: describeError(error.cause) };
}
