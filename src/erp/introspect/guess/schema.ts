/** A schema as a whole: its keys, the columns that say which company a row belongs to, and tables of one shape. */

import type { ColumnFacts, IndexFacts, TableFacts } from "../../dialects/schema-reader.ts";
import { nameHints } from "./names.ts";

/** A schema as the catalogue has it, and the columns that say which company a row belongs to. */
export interface Schema {
  readonly tables: ReadonlyMap<string, TableFacts>;
  readonly companyColumns: ReadonlySet<string>;
}

export function schemaOf(tables: ReadonlyMap<string, TableFacts>): Schema {
  return { tables, companyColumns: companyColumns(tables) };
}

/** Columns with a company's name, and those that lead the keys of at least three tables and of a third of all. */
function companyColumns(tables: ReadonlyMap<string, TableFacts>): ReadonlySet<string> {
  const keys = [...tables.values()].map(declaredKey).filter((key) => key !== undefined);
  const leads = new Map<string, number>();
  for (const key of keys) if (key.length > 1 && key[0] !== undefined) leads.set(key[0], (leads.get(key[0]) ?? 0) + 1);
  const structural = [...leads].filter(([lead, count]) => count >= 3 && count >= keys.length / 3 && !nameHints.sequence(lead)).map(([lead]) => lead);
  const named = [...tables.values()].flatMap(({ columns }) => columns.map(({ name }) => name).filter(nameHints.company));
  return new Set([...structural, ...named]);
}

/** The primary key, or a unique index over columns that are never NULL. */
export function declaredKey({ indexes, columns }: TableFacts): readonly string[] | undefined {
  const primary = indexes.find((index) => index.primary);
  if (primary !== undefined) return primary.columns;
  const never = (index: IndexFacts) => index.columns.every((name) => columns.find((column) => column.name === name)?.nullable === false);
  return [...indexes].filter((index) => index.unique && never(index)).sort((a, b) => a.columns.length - b.columns.length)[0]?.columns;
}

/** The key without the company, which a binding fixes. */
export function ownKey(schema: Schema, table: TableFacts): readonly string[] {
  const key = declaredKey(table) ?? [];
  const own = key.filter((column) => !schema.companyColumns.has(column));
  return own.length === 0 ? key : own;
}

export function columnOf(table: TableFacts, name: string): ColumnFacts | undefined {
  return table.columns.find((column) => column.name === name);
}

/** Tables with exactly the same columns and a name that goes on from this one's: archives of it, perhaps. */
export function archiveCandidates(schema: Schema, table: TableFacts): readonly string[] {
  const shape = ({ columns }: TableFacts): string => columns.map(({ name, declared }) => `${name} ${declared}`).join(",");
  return [...schema.tables.values()]
    .filter(
      (other) => other.name !== table.name && other.name.startsWith(table.name) && other.kind === "table" && other.readable && shape(other) === shape(table),
    )
    .map(({ name }) => name);
}

/** Columns that are a part of some table's composite key. */
export function keyPartsOf(schema: Schema): ReadonlySet<string> {
  return new Set(
    [...schema.tables.values()]
      .map((table) => ownKey(schema, table))
      .filter((key) => key.length > 1)
      .flat(),
  );
}
