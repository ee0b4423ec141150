/** Which columns of a table hold dates, and which the times of day that belong to them. */

import type { ColumnFacts } from "../dialects/schema-reader.ts";
import { type DateGuess, guessDate, guessTime, type StoredForm } from "./guess/dates.ts";
import { nameHints } from "./guess/names.ts";
import type { Seen, Surroundings } from "./seen.ts";
import { noValues, type Values } from "./values.ts";

export function datesOf(seen: Seen, open: readonly ColumnFacts[], around: Surroundings): ReadonlyMap<string, DateGuess> {
  const found = new Map<string, DateGuess>();
  const forms: StoredForm[] = [];
  for (const siblings of [undefined, forms]) {
    for (const column of open) {
      if (found.has(column.name) || seen.references.has(column.name)) continue;
      const values = seen.values.get(column.name) ?? noValues;
      const known = around.dateForms.byName.get(column.name);
      const elsewhere = siblings === undefined ? undefined : [...(known === undefined ? [] : [known]), ...siblings, ...around.dateForms.common];
      const guess = guessDate(column, values, identifies(seen, column, values, around), elsewhere);
      if (guess === undefined) continue;
      found.set(column.name, guess);
      if (siblings === undefined) forms.push(guess.stored);
    }
  }
  return found;
}

export function timesOf(
  seen: Seen,
  open: readonly ColumnFacts[],
  dates: ReadonlyMap<string, DateGuess>,
): ReadonlyMap<string, { readonly column: string; readonly evidence: string }> {
  const found = new Map<string, { readonly column: string; readonly evidence: string }>();
  const taken = new Set<string>();
  for (const [date, { stored }] of dates) {
    if (stored.kind !== "date") continue;
    const at = seen.table.columns.findIndex(({ name }) => name === date);
    for (const column of open) {
      if (taken.has(column.name) || dates.has(column.name)) continue;
      const adjacent = seen.table.columns[at + 1]?.name === column.name;
      const evidence = guessTime(column, seen.values.get(column.name) ?? noValues, { name: date, adjacent });
      if (evidence === undefined) continue;
      found.set(date, { column: column.name, evidence });
      taken.add(column.name);
      break;
    }
  }
  return found;
}

/** Whether other columns of the table leave no doubt that this one tells rows apart. */
function identifies({ table, rows }: Seen, column: ColumnFacts, values: Values, around: Surroundings): boolean {
  if (around.key.length === 1 && around.key[0] === column.name) return true;
  if (table.indexes.some((index) => index.unique && index.columns.length === 1 && index.columns[0] === column.name)) return true;
  return !nameHints.date(column.name) && rows >= 20 && values.counts.size >= rows - values.nulls;
}
