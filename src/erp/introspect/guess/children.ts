/** Tables whose rows belong to rows of another, by their keys. */

import type { TableFacts } from "../../dialects/schema-reader.ts";
import { columnOf, declaredKey, ownKey, type Schema } from "./schema.ts";

export interface ChildCandidate {
  readonly table: string;
  /** Child columns that hold the parent's key, and the parent's columns. */
  readonly on: readonly (readonly [child: string, parent: string])[];
  /** What tells the rows of one parent apart. */
  readonly rest: readonly string[];
  readonly by: "declared" | "name";
}

/**
 * Tables whose key is this table's key and something more: lines of an order, addresses of a customer. Where that more is
 * itself the key of a third table (stock of an item in a warehouse), the rows stand between the two and belong to neither,
 * unless their names begin alike.
 */
export function childCandidates(schema: Schema, parent: TableFacts): readonly ChildCandidate[] {
  const key = declaredKey(parent) ?? [];
  const own = ownKey(schema, parent);
  if (own.length === 0 || own.every((column) => schema.companyColumns.has(column))) return [];
  const found: ChildCandidate[] = [];
  for (const child of schema.tables.values()) {
    if (child.name === parent.name || child.kind !== "table" || !child.readable) continue;
    const childKey = declaredKey(child);
    if (childKey === undefined) continue;
    const declared = child.foreignKeys.find(
      ({ table, columns, targets }) => table === parent.name && targets.length === key.length && columns.every((column) => childKey.includes(column)),
    );
    const on = declared
      ? declared.columns.map((column, at) => [column, declared.targets[at] ?? ""] as const)
      : key.every((column) => childKey.includes(column) && columnOf(child, column)?.type === columnOf(parent, column)?.type)
        ? key.map((column) => [column, column] as const)
        : undefined;
    if (on === undefined) continue;
    const rest = childKey.filter((column) => !on.some(([ours]) => ours === column));
    if (rest.length === 0) continue;
    const between = rest.some((column) => isSoleKeyElsewhere(schema, child, parent, column));
    if (between && commonBeginning(child.name, parent.name) < 3) continue;
    found.push({ table: child.name, on, rest, by: declared ? "declared" : "name" });
  }
  return found;
}

function isSoleKeyElsewhere(schema: Schema, child: TableFacts, parent: TableFacts, column: string): boolean {
  const referred = child.foreignKeys.some(({ columns, table }) => columns.includes(column) && table !== parent.name);
  return (
    referred ||
    [...schema.tables.values()].some((other) => {
      const own = ownKey(schema, other);
      return other.name !== child.name && own.length === 1 && own[0] === column;
    })
  );
}

function commonBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length]?.toLowerCase() === b[length]?.toLowerCase()) length += 1;
  return length;
}
