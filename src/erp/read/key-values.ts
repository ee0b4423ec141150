/** From public ids to the values of key columns, and conditions on keys. */

import type { AnyConversion } from "../binding/conversion.ts";
import { decodeId, encodeId } from "../binding/id.ts";
import { type ErpValue, join, type Sql, sql } from "../binding/sql.ts";
import type { ColumnInfo } from "../dialects/dialect.ts";
import { roundedUp } from "../dialects/write.ts";
import { fitting } from "./fitting.ts";

/** The id's key as its columns take it; undefined where no row can have the id. */
export function keyOf(id: string, keyInfo: readonly ColumnInfo[]): readonly ErpValue[] | undefined {
  const values = decodeId(id, keyInfo.length)?.map((value, index) => fitting(value, keyInfo[index] ?? undescribed));
  const possible = values?.filter((value) => value !== undefined);
  return possible === undefined || possible.length < keyInfo.length ? undefined : possible;
}

/** A column the catalogue does not know: whether the value fits, the database will say. */
export const undescribed: ColumnInfo = { type: "other", nullable: true, sqlType: "" };

/** `(a, b) IN ((1, 2), (3, 4))`. Lists of all lengths need few statements. */
export function tuplesSql(columns: readonly Sql[], tuples: readonly (readonly ErpValue[])[]): Sql {
  const list = roundedUp(tuples).map(
    (tuple) =>
      sql`(${join(
        tuple.map((value) => sql`${value}`),
        ", ",
      )})`,
  );
  return sql`(${join(columns, ", ")}) IN (${join(list, ", ")})`;
}

/** The id as a conversion: its inverse finds the row by its key. */
export function keyConversion(key: readonly string[]): AnyConversion {
  return {
    kind: "id",
    columns: key,
    read: (row, at) => encodeId(row.slice(at, at + key.length)),
    inverse: {
      asText: true,
      equal(id) {
        const values = decodeId(id, key.length);
        return values === undefined ? [] : [values];
      },
    },
  };
}
