/** A database as work is given it: the same one, each statement through the guard, and a transaction as if it were one. */

import type { ErpDatabase, Rows, Statement, WriteTransaction } from "../dialects/dialect.ts";
import type { RunStatement } from "./guard.ts";

export function guarded(database: ErpDatabase, statement: RunStatement): ErpDatabase {
  const together = database.queryTogether?.bind(database);
  const transact = database.transact?.bind(database);
  return {
    query: (one): Promise<Rows> => statement(() => database.query(one)),
    ...(together !== undefined && { queryTogether: (many: readonly Statement[]) => statement(() => together(many)) }),
    ...(transact !== undefined && { transact: <T>(work: (transaction: WriteTransaction) => Promise<T>) => statement(() => transact(work)) }),
  };
}
