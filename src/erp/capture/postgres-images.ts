/** Images on Postgres: the database makes a row of the table's own type of each. */

import type { SourceDeclaration } from "../binding/source.ts";
import { member, name, sql } from "../binding/sql.ts";
import { tableSql } from "../read/relation.ts";
import { footprintName } from "../write/footprint-name.ts";
import { changeColumn, differingSql, type ImageRows, sideColumn } from "./image-rows.ts";

/** What an image lacks is NULL. */
export function postgresImages(source: SourceDeclaration): ImageRows {
  const table = footprintName(source, "change");
  return {
    rows: (of, changes) =>
      sql`(SELECT c.id AS ${name(changeColumn)}, v.side AS ${name(sideColumn)}, r.* FROM ${table} c CROSS JOIN LATERAL (VALUES (0, c.old_image), (1, c.new_image)) v(side, image) CROSS JOIN LATERAL jsonb_populate_record(NULL::${tableSql(source, of)}, v.image) r WHERE ${member(sql`c.id`, changes)} AND v.image IS NOT NULL)`,
    differing: (columns, changes) =>
      differingSql(
        table,
        columns.map((column) => sql`(old_image ->> ${column}) IS DISTINCT FROM (new_image ->> ${column})`),
        changes,
      ),
  };
}
