/** What a command does to the ERP within the open transaction: rows, routines, statements of its own. */

import type { SourceDeclaration } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog, Dialect, WriteTransaction } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import type { ColumnValues, ErpTransaction, Refusal } from "./command.ts";
import { insertedRow } from "./inserted-row.ts";
import { CommandRefused, refusalOf } from "./refusals.ts";
import { callRoutine } from "./routines.ts";
import { deleteSql, selectSql, updateSql } from "./row-sql.ts";

/** Tables are named as the bindings name them; routines by their own names, in the source's schema. */
export function erpTransaction<Rows = Readonly<Record<string, object>>>(
  source: SourceDeclaration,
  dialect: Dialect,
  transaction: WriteTransaction,
  catalog: Catalog,
  refusals: readonly Refusal[],
): ErpTransaction<Rows> {
  const call: ErpTransaction["call"] = (routine, args) => callRoutine({ source, dialect, transaction, catalog }, routine, args);
  return {
    insert: (table, row, returning = []) => insertedRow({ source, dialect, transaction, catalog }, table, columnValues(table, row), returning),
    async update(table, key, row) {
      const changes = columnValues(table, row);
      if (Object.keys(changes).length === 0) return 0;
      return transaction.execute(write(updateSql(source, catalog, table, columnValues(table, key), changes), dialect));
    },
    async delete(table, key) {
      return transaction.execute(write(deleteSql(source, catalog, table, columnValues(table, key)), dialect));
    },
    async find(table, key, columns, { lock = false } = {}) {
      const [row] = await transaction.query(write(selectSql(source, catalog, table, columnValues(table, key), columns, lock), dialect));
      return row && (Object.fromEntries(columns.map((column, index) => [column, row[index]])) as never); // row types are what the driver gives
    },
    call,
    async callForStatus(routine, args, ok) {
      const answer = await call(routine, args);
      const status = typeof answer === "number" || (typeof answer === "string" && answer.trim() !== "") ? Number(answer) : Number.NaN;
      if (ok.includes(status)) return status;
      const refusal = refusalOf(refusals, { status: Number.isNaN(status) ? String(answer) : status });
      if (refusal === undefined) throw new Error(`${routine} answered ${String(answer)}, which no refusal of the binding names`);
      throw new CommandRefused(refusal.code, undefined, refusal.pointer);
    },
    query: (statement) => transaction.query(write(statement, dialect)),
    refuse(code, detail) {
      throw new CommandRefused(code, detail);
    },
  };
}

/** Members that are undefined are left out. Throws for what no driver takes. */
function columnValues(table: string, row: unknown): ColumnValues {
  const values: Record<string, ErpValue> = {};
  for (const [column, value] of Object.entries(row ?? {})) {
    if (value === undefined) continue;
    if (!isErpValue(value)) throw new Error(`${table}.${column}: a ${typeof value} cannot be written; give a text, a number, a boolean, bytes or null`);
    values[column] = value;
  }
  return values;
}

function isErpValue(value: unknown): value is ErpValue {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value instanceof Uint8Array;
}
