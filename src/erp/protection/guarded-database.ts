/** A database as work is given it: the same one, each statement through the guard. */

import type { ErpDatabase, Rows, Statement } from "../dialects/dialect.ts";
import type { RunStatement } from "./guard.ts";

export function guarded(database: ErpDatabase, statement: RunStatement): ErpDatabase {
  const together = database.queryTogether?.bind(database);
  return {
    query: (one): Promise<Rows> => statement(() => database.query(one)),
    ...(together !== undefined && { queryTogether: (many: readonly Statement[]) => statement(() => together(many)) }),
  };
}
