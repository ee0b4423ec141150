/** Finds the ERP's own tables of codes, and the words they have for the codes of a column. */

import { name, raw, sql } from "../binding/sql.ts";
import type { TableFacts } from "../dialects/schema-reader.ts";
import { nameHints } from "./guess/names.ts";
import { declaredKey, type Schema } from "./guess/schema.ts";
import { ask, type Looking, tableName } from "./looking.ts";

/** A table whose key says which list an entry belongs to, and which code it explains. */
export interface CodeTable {
  readonly table: string;
  /** Column that names the list; its values are names of columns. */
  readonly list: string;
  readonly code: string;
  readonly text: string;
  readonly language: string | undefined;
}

/**
 * A code table is keyed by two short texts, perhaps with a language and a company, and holds one longer text. Whether its
 * lists carry the names of columns is seen when one is looked up: a table that is something else has no list of that name.
 */
export function codeTables({ tables, companyColumns }: Schema): readonly CodeTable[] {
  const found: CodeTable[] = [];
  for (const table of tables.values()) {
    const key = declaredKey(table)?.filter((column) => !companyColumns.has(column)) ?? [];
    const parts = key.map((column) => table.columns.find(({ name: own }) => own === column));
    const language = parts.find((part) => part !== undefined && nameHints.language(part.name))?.name;
    const [list, code, ...more] = parts.filter((part) => part !== undefined && part.name !== language);
    if (!table.readable || list?.type !== "text" || code?.type !== "text" || more.length > 0) continue;
    if ((list.length ?? 99) > 30 || (code.length ?? 99) > 20) continue;
    const text = textColumn(table, key);
    if (text !== undefined) found.push({ table: table.name, list: list.name, code: code.name, text, language });
  }
  return found;
}

function textColumn({ columns, comment, name: table }: TableFacts, key: readonly string[]): string | undefined {
  if (!/code|lookup|list|tab|domain|valu|option/i.test(`${table} ${comment}`)) return undefined;
  const texts = columns.filter(
    (column) => column.type === "text" && !key.includes(column.name) && (column.length ?? 99) >= 15 && /te?xt|desc|name|nam|label|mean|bez/i.test(column.name),
  );
  return texts[0]?.name;
}

/** Public words by code: English ones where there is a choice of languages. */
export async function readWords(looking: Looking, codes: CodeTable, column: string): Promise<ReadonlyMap<string, string>> {
  const what = [codes.code, codes.text, ...(codes.language === undefined ? [] : [codes.language])];
  const list = what.map((part) => name(part)).reduce((all, part) => sql`${all}, ${part}`);
  const rows = await ask(looking, sql`SELECT ${list} FROM ${tableName(looking, codes.table)} WHERE ${name(codes.list)} = ${column}${raw(" LIMIT 200")}`);
  const english = rows.filter(([, , language]) => /^e/i.test(String(language ?? "")));
  return new Map(
    (english.length > 0 ? english : rows).flatMap(([code, text]) => {
      const word = publicWord(String(text ?? ""));
      return word === undefined ? [] : [[String(code).trimEnd(), word] as const];
    }),
  );
}

/** `Partly shipped` is `partly_shipped`. A word that is not Latin is left to people. */
function publicWord(text: string): string | undefined {
  const word = text
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return /^[a-z][a-z0-9_]{0,39}$/.test(word) ? word : undefined;
}
