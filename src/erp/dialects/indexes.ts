/** Makes lists of columns of what catalogues say of indexes: one row per column, in the index's order. */

import type { Indexes, Rows } from "./dialect.ts";

/** `rows`: table, index, column; a column that is NULL is an expression, and ends what the index is good for. */
export function indexesOf(rows: Rows, finish: (index: readonly string[], ofTable: ReadonlyMap<string, readonly string[]>) => readonly string[]): Indexes {
  const found = new Map<string, Map<string, string[]>>();
  const ended = new Set<string>();
  for (const [table, index, column] of rows) {
    const ofTable = found.get(String(table)) ?? new Map<string, string[]>();
    found.set(String(table), ofTable);
    const name = `${String(table)} ${String(index)}`;
    if (column === null) ended.add(name);
    if (!ended.has(name)) ofTable.set(String(index), [...(ofTable.get(String(index)) ?? []), String(column)]);
  }
  return new Map([...found].map(([table, ofTable]) => [table, [...ofTable.values()].map((index) => finish(index, ofTable))]));
}
