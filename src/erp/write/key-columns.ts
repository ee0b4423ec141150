/** The key columns behind a public id, as the ERP has them. */

import { decodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { fitting } from "../read/fitting.ts";
import { columnInfo, relationOf } from "../read/relation.ts";
import type { ColumnValues } from "./command.ts";

/** Throws where no row can have the id: whoever asks has read the row. */
export function keyColumns({ contract, source, binding }: BoundResource, catalog: Catalog, id: string): ColumnValues {
  const relation = relationOf(binding);
  const values = decodeId(id, binding.key.length)?.map((value, index) => {
    const info = columnInfo(source, relation, catalog, binding.key[index] ?? "");
    return asDriven(fitting(value, info), info);
  });
  if (values === undefined || values.includes(undefined)) throw new Error(`${contract.name}: ${id} is no id`);
  return Object.fromEntries(binding.key.map((column, index) => [column, values[index] ?? null]));
}

/** Numbers that JavaScript holds exactly come from the drivers as such; others stay text. */
function asDriven(value: ErpValue | undefined, { type, max }: ColumnInfo): ErpValue | undefined {
  const exact = type === "float" || (type === "integer" && max !== undefined && max <= Number.MAX_SAFE_INTEGER);
  return typeof value === "string" && exact ? Number(value) : value;
}
