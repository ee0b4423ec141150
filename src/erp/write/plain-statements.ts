/** Plain writing: the row of the resource that is inserted, and the statement that updates one. */

import type { Condition } from "../binding/conversion.ts";
import type { Binding, BoundResource } from "../binding/source.ts";
import { type ErpValue, name } from "../binding/sql.ts";
import type { Catalog, Dialect, Statement } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { conditionSql } from "../read/compare.ts";
import { undescribed } from "../read/key-values.ts";
import { aliasOf } from "../read/relation.ts";
import type { ColumnValues } from "./command.ts";
import { updateSql } from "./row-sql.ts";

/**
 * The row of a plain insert, with the binding's equal conditions filled in, so that it is one of the resource. Throws where
 * `row` has columns of a joined table.
 */
export function rowToInsert({ contract, binding }: BoundResource, row: ColumnValues): ColumnValues {
  refuseJoined(contract.name, binding, row);
  const fixed: Record<string, ErpValue> = {};
  for (const [column, condition] of Object.entries(binding.where)) if (isEqual(condition) && aliasOf(binding, column) === undefined) fixed[column] = condition;
  return { ...fixed, ...row };
}

/** Narrowed by the key and by the binding's conditions on its own table. Throws where there is nothing to write, or a column of a joined table. */
export function updateStatement(
  { contract, source, binding }: BoundResource,
  dialect: Dialect,
  key: ColumnValues,
  row: ColumnValues,
  catalog: Catalog = new Map(),
): Statement {
  refuseJoined(contract.name, binding, row);
  if (Object.keys(row).length === 0) throw new Error(`${contract.name}: an update of no column`);
  const own = Object.entries(binding.where).filter(([column]) => aliasOf(binding, column) === undefined);
  const conditions = own.map(([column, condition]) => conditionSql({ sql: name(column), info: undescribed }, condition));
  return write(updateSql(source, catalog, binding.table, key, row, conditions), dialect);
}

function isEqual(condition: Condition): condition is ErpValue {
  return condition === null || typeof condition !== "object" || condition instanceof Uint8Array;
}

function refuseJoined(resource: string, binding: Binding, row: ColumnValues): void {
  for (const column of Object.keys(row)) {
    const alias = aliasOf(binding, column);
    if (alias !== undefined)
      throw new Error(`${resource}: ${column} stands in the joined table "${alias}", which a plain insert or update does not write. Write a function.`);
  }
}
