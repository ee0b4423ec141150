// Takes the ERP's indexes away before a bulk load and puts them back after it: sorting once beats inserting in turn.
import type { ClientBase } from "pg";

interface IndexRow {
  readonly table: string;
  readonly name: string;
  readonly constraint: string | null;
  readonly definition: string;
}

/** Statements that put back what {@link dropIndexes} took away. */
export type DroppedIndexes = readonly { readonly name: string; readonly create: string }[];

// Constraints (the primary keys) come first, so that they are there when anything else wants them.
const LIST = `
  SELECT t.relname AS table, i.relname AS name, pg_get_constraintdef(c.oid) AS constraint,
         pg_get_indexdef(x.indexrelid) AS definition
    FROM pg_index x
    JOIN pg_class t ON t.oid = x.indrelid
    JOIN pg_class i ON i.oid = x.indexrelid
    LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype = 'p'
   WHERE t.relname = ANY ($1) AND t.relnamespace = current_schema()::regnamespace
   ORDER BY c.oid IS NULL, t.relname, i.relname`;

/** Drops every index of the tables named and returns how to make them again. */
export async function dropIndexes(client: ClientBase, tables: readonly string[]): Promise<DroppedIndexes> {
  const { rows } = await client.query<IndexRow>(LIST, [tables]);
  const dropped = rows.map((row) => ({
    name: row.name,
    create: row.constraint ? `ALTER TABLE "${row.table}" ADD CONSTRAINT "${row.name}" ${row.constraint}` : row.definition,
  }));
  for (const row of rows.toReversed()) {
    await client.query(row.constraint ? `ALTER TABLE "${row.table}" DROP CONSTRAINT "${row.name}"` : `DROP INDEX "${row.name}"`);
  }
  return dropped;
}
