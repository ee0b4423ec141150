/** Images in the `change` table as rows of the table they are of, so that everything that is said of rows can be said of them. */

import type { SourceDeclaration } from "../binding/source.ts";
import { join, member, name, raw, type Sql, sql } from "../binding/sql.ts";
import { tableSql } from "../read/relation.ts";
import { footprintName } from "../write/footprint-name.ts";

/** Names of two columns that each row of an image has besides its table's: the change, and 0 for before or 1 for after. */
export const changeColumn = "sluice_change";
export const sideColumn = "sluice_side";

export interface ImageRows {
  /** A derived table, in parentheses. `changes`: ids of changes in `table`. */
  rows(table: string, changes: readonly string[]): Sql;
  /** A statement for the ids of those changes that have both images, and differ in one of the columns. */
  differing(columns: readonly string[], changes: readonly string[]): Sql;
}

/** The database makes a row of the table's own type; what an image lacks is NULL. */
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

function differingSql(table: Sql, differences: readonly Sql[], changes: readonly string[]): Sql {
  if (differences.length === 0) return sql`SELECT id FROM ${table} WHERE FALSE`;
  return sql`SELECT id FROM ${table} WHERE ${member(raw("id"), changes)} AND old_image IS NOT NULL AND new_image IS NOT NULL AND (${join(differences, " OR ")})`;
}
