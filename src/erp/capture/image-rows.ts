/** Images in the `change` table as rows of the table they are of, so that everything that is said of rows can be said of them. */

import { join, member, raw, type Sql, sql } from "../binding/sql.ts";

/** Names of two columns that each row of an image has besides its table's: the change, and 0 for before or 1 for after. */
export const changeColumn = "sluice_change";
export const sideColumn = "sluice_side";

export interface ImageRows {
  /** A derived table, in parentheses. `changes`: ids of changes in `table`. */
  rows(table: string, changes: readonly string[]): Sql;
  /** A statement for the ids of those changes that have both images, and differ in one of the columns. */
  differing(columns: readonly string[], changes: readonly string[]): Sql;
}

export function differingSql(table: Sql, differences: readonly Sql[], changes: readonly string[]): Sql {
  if (differences.length === 0) return sql`SELECT id FROM ${table} WHERE FALSE`;
  return sql`SELECT id FROM ${table} WHERE ${member(raw("id"), changes)} AND old_image IS NOT NULL AND new_image IS NOT NULL AND (${join(differences, " OR ")})`;
}
