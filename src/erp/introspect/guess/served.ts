/** Whether an index serves a filter or a sort. */

import type { IndexFacts } from "../../dialects/schema-reader.ts";

/**
 * Whether an index finds the rows with a value of `column` (or gives them in its order) when all statements also say
 * `fixed = ...` of the columns every statement is narrowed by.
 */
export function isServed(indexes: readonly IndexFacts[], fixed: ReadonlySet<string>, column: string): boolean {
  return indexes.some(({ columns }) => {
    const at = columns.indexOf(column);
    return at >= 0 && columns.slice(0, at).every((before) => fixed.has(before));
  });
}
