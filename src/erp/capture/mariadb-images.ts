/** Images on MariaDB: of each value the bytes it is written in, made a value of its column's type again. */

import type { SourceDeclaration } from "../binding/source.ts";
import { join, member, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo } from "../dialects/dialect.ts";
import { undescribed } from "../read/key-values.ts";
import { physicalName } from "../read/relation.ts";
import { footprintName } from "../write/footprint-name.ts";
import type { CapturedTable } from "./captured-tables.ts";
import { changeColumn, differingSql, type ImageRows, sideColumn } from "./image-rows.ts";

export function mariadbImages(source: SourceDeclaration, watched: readonly CapturedTable[], catalog: Catalog): ImageRows {
  const table = footprintName(source, "change");
  return {
    rows(of, changes) {
      const columns = watched.find((one) => one.table === of)?.columns ?? [];
      const infos = catalog.get(physicalName(source, of));
      const decoded = columns.map((column, index) => sql`${valueSql(index, infos?.get(column) ?? undescribed)} AS ${name(column)}`);
      const paths = columns.map((column, index) => raw(`v${index} ${hexType(infos?.get(column) ?? undescribed)} PATH ${pathOf(column)}`));
      const side = (image: Sql, at: Sql): Sql =>
        sql`SELECT c.id AS ${name(changeColumn)}, ${at} AS ${name(sideColumn)}, ${join(decoded, ", ")} FROM ${table} c JOIN JSON_TABLE(${image}, '$' COLUMNS (${join(paths, ", ")})) r WHERE ${member(sql`c.id`, changes)} AND ${image} IS NOT NULL`;
      return sql`(${side(raw("c.old_image"), raw("0"))} UNION ALL ${side(raw("c.new_image"), raw("1"))})`;
    },
    differing: (columns, changes) =>
      differingSql(
        table,
        columns.map((column) => sql`NOT ${raw(`JSON_VALUE(old_image, ${pathOf(column)}) <=> JSON_VALUE(new_image, ${pathOf(column)})`)}`),
        changes,
      ),
  };
}

/** `'$."ORDNO"'`, as a literal: JSON_TABLE takes no parameter there. */
function pathOf(column: string): string {
  const member = column.replaceAll("\\", "\\\\\\\\").replaceAll('"', '\\\\"').replaceAll("'", "''");
  return `'$."${member}"'`;
}

/** Texts beyond some length make temporary tables slow; one of unlimited length is converted to nothing at all. */
function hexType({ type, length }: ColumnInfo): string {
  if (type !== "text" && type !== "binary" && type !== "other") return "VARCHAR(200) CHARACTER SET ascii";
  return length !== undefined && length <= 1000 ? `VARCHAR(${Math.max(8, length * 8)}) CHARACTER SET ascii` : "MEDIUMTEXT CHARACTER SET ascii";
}

function valueSql(index: number, { type, sqlType, charset, collation, precision, scale, fraction, min }: ColumnInfo): Sql {
  const hex = `r.v${index}`;
  const bytes = `UNHEX(${hex})`;
  const ascii = `CONVERT(${bytes} USING ascii)`;
  if (type === "binary") return raw(bytes);
  if (charset !== undefined) return raw(`CONVERT(${bytes} USING ${charset})${collation === undefined ? "" : ` COLLATE ${collation}`}`);
  if (sqlType.startsWith("bit")) return raw(`CAST(CONV(${hex}, 16, 10) AS UNSIGNED)`);
  if (type === "integer") return raw(`CAST(${ascii} AS ${min === 0n ? "UNSIGNED" : "SIGNED"})`);
  if (type === "decimal") return raw(`CAST(${ascii} AS DECIMAL(${precision ?? 65}, ${scale ?? 30}))`);
  if (type === "float") return raw(`CAST(${ascii} AS DOUBLE)`);
  if (type === "date") return raw(`CAST(${ascii} AS DATE)`);
  const moment = `DATETIME(${fraction ?? 0})`;
  if (sqlType.startsWith("timestamp"))
    return raw(`CAST(IF(${ascii} LIKE '0000%', ${ascii}, CONVERT_TZ(CAST(${ascii} AS DATETIME(6)), c.zone, '+00:00')) AS ${moment})`);
  if (type === "timestamp") return raw(`CAST(${ascii} AS ${moment})`);
  return raw(ascii);
}
