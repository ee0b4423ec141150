/** Statements that do not wait for each other: in one round trip where the driver can. */

import type { ErpDatabase, Rows, Statement } from "./dialect.ts";

/** The rows of each. */
export async function readTogether(database: Pick<ErpDatabase, "query" | "queryTogether">, statements: readonly Statement[]): Promise<readonly Rows[]> {
  if (statements.length > 1 && database.queryTogether !== undefined) return database.queryTogether(statements);
  const each: Rows[] = [];
  for (const statement of statements) each.push(await database.query(statement));
  return each;
}
