/** What could tell the rows of a table apart that declares no key. */

import type { KeyDraft } from "./draft.ts";
import { nameHints } from "./guess/names.ts";
import { columnOf, declaredKey, ownKey, type Schema } from "./guess/schema.ts";
import { type Looking, looksUnique } from "./looking.ts";
import { attempt, type SeenTable } from "./see-table.ts";

export async function findKey(looking: Looking, schema: Schema, seen: SeenTable): Promise<KeyDraft> {
  const { table, sample } = seen;
  if (declaredKey(table) !== undefined) return { kind: "known", columns: ownKey(schema, table) };
  const companies = table.columns.map(({ name }) => name).filter((name) => schema.companyColumns.has(name));
  const candidates: { columns: readonly string[]; evidence: string }[] = [];
  for (const columns of uniqueInSample(schema, seen)) {
    if (candidates.length >= 3) break;
    const confirmed = await attempt(() => looksUnique(looking, table.name, [...companies, ...columns]), { unique: false, rows: 0 });
    if (!confirmed.unique) continue;
    const all = confirmed.rows < looking.rowsToConfirm;
    candidates.push({ columns, evidence: `unique in ${all ? "all" : "the first"} ${confirmed.rows.toLocaleString("en-US")} rows` });
  }
  return { kind: "open", candidates: sample.rows.length === 0 ? [] : candidates };
}

/** Columns, then pairs of them, in which no two rows looked at agree; those named like a number first. */
function uniqueInSample(schema: Schema, { table, sample }: SeenTable): readonly (readonly string[])[] {
  const possible = sample.columns
    .filter((name) => {
      const column = columnOf(table, name);
      const type = column?.type;
      const at = sample.columns.indexOf(name);
      return (
        (type === "text" || type === "integer" || type === "decimal" || type === "date") &&
        !schema.companyColumns.has(name) &&
        sample.rows.every((row) => row[at] !== null)
      );
    })
    .sort((a, b) => Number(nameHints.identifier(b)) - Number(nameHints.identifier(a)));
  const company = sample.columns.findIndex((name) => schema.companyColumns.has(name));
  const unique = (columns: readonly string[]): boolean => {
    const at = columns.map((column) => sample.columns.indexOf(column));
    const seen = new Set(sample.rows.map((row) => [...(company < 0 ? [] : [company]), ...at].map((index) => String(row[index])).join("\u0000")));
    return seen.size === sample.rows.length && seen.size > 1;
  };
  const single = possible.filter((column) => unique([column]));
  if (single.length > 0) return single.map((column) => [column]);
  const pairs = possible.slice(0, 12).flatMap((first, at, all) => all.slice(at + 1).map((second) => [first, second]));
  return pairs.filter(unique);
}
