/** The key columns behind a public id, as the ERP has them. */

import type { BoundResource } from "../binding/source.ts";
import type { ErpValue } from "../binding/sql.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { keyOf } from "../read/key-values.ts";
import { columnInfo, relationOf } from "../read/relation.ts";
import type { ColumnValues } from "./command.ts";

/** Throws where no row can have the id: whoever asks has read the row. */
export function keyColumns({ contract, source, binding }: BoundResource, catalog: Catalog, id: string): ColumnValues {
  const relation = relationOf(binding);
  const infos = binding.key.map((column) => columnInfo(source, relation, catalog, column));
  const values = keyOf(id, infos);
  if (values === undefined) throw new Error(`${contract.name}: ${id} is no id`);
  return Object.fromEntries(infos.map((info, index) => [binding.key[index], asDriven(values[index] ?? null, info)]));
}

/** Numbers that JavaScript holds exactly come from the drivers as such; others stay text. */
function asDriven(value: ErpValue, { type, max }: ColumnInfo): ErpValue {
  const exact = type === "float" || (type === "integer" && max !== undefined && max <= Number.MAX_SAFE_INTEGER);
  return typeof value === "string" && exact ? Number(value) : value;
}
