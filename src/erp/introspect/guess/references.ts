/** Columns that hold the key of another table though no foreign key says so, and those that hold a customer's number. */

import type { ColumnFacts, TableFacts } from "../../dialects/schema-reader.ts";
import { nameHints } from "./names.ts";
import { archiveCandidates, columnOf, ownKey, type Schema } from "./schema.ts";

export interface ReferenceCandidate {
  readonly table: string;
  /** The one column of its key, the company aside. */
  readonly target: string;
  /** Tables of the same shape, read as one with it. */
  readonly alsoIn: readonly string[];
  /** `declared`: a foreign key says so. `name`: the key's own name. `values`: only equal types and values found there. */
  readonly by: "declared" | "name" | "values";
}

/** Tables whose key a column may hold, most likely first. What remains is to look whether its values are there. */
export function referenceCandidates(schema: Schema, table: TableFacts, column: ColumnFacts): readonly ReferenceCandidate[] {
  const own = ownKey(schema, table);
  const identifies = own.length === 1 && own[0] === column.name;
  const declared = table.foreignKeys.filter(({ columns }) => {
    const rest = columns.filter((name) => !schema.companyColumns.has(name));
    return rest.length === 1 && rest[0] === column.name;
  });
  const found: ReferenceCandidate[] = declared.map(({ table: target, columns, targets }) => ({
    table: target,
    target: targets[columns.indexOf(column.name)] ?? "",
    alsoIn: [],
    by: "declared",
  }));
  if (found.length > 0 || (column.type !== "text" && column.type !== "integer")) return found;
  for (const other of schema.tables.values()) {
    if (other.name === table.name && identifies) continue;
    const [target, ...more] = ownKey(schema, other);
    if (target === undefined || more.length > 0 || schema.companyColumns.has(target) || !other.readable) continue;
    const theirs = columnOf(other, target);
    if (theirs === undefined || theirs.type !== column.type) continue;
    const sameName = target.toLowerCase() === column.name.toLowerCase();
    if (sameName && (other.name === table.name || identifies)) continue;
    // A key that is shared one to one is the same thing, not a reference to another.
    if (sameName) found.push({ table: other.name, target, alsoIn: archiveCandidates(schema, other), by: "name" });
    else if (column.type === "text" ? theirs.declared === column.declared && (column.length ?? 0) >= 2 : stemsMeet(column.name, target, other.name))
      found.push({ table: other.name, target, alsoIn: [], by: "values" });
  }
  const rank = { declared: 0, name: 1, values: 2 } as const;
  const size = (candidate: ReferenceCandidate) => schema.tables.get(candidate.table)?.columns.length ?? 0;
  const archives = new Set(found.flatMap(({ alsoIn }) => alsoIn));
  return found.filter(({ table: other }) => !archives.has(other)).sort((a, b) => rank[a.by] - rank[b.by] || size(b) - size(a));
}

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^(?:fk|ref)_?/, "")
    .replace(/_+$/, "")
    .replace(/_?(?:no|nr|num|number|id|code|key)$/, "");

/** `order_` and `salesorders.orderno`, `stockid` and `stock.id`. Numbers fit many keys: their names have to meet, too. */
function stemsMeet(column: string, target: string, table: string): boolean {
  const ours = stem(column);
  if (ours.length < 3) return false;
  return ours === stem(target) || (/^(?:id|no|nr|key)$/i.test(target) && (table.toLowerCase() === ours || table.toLowerCase() === `${ours}s`));
}

/** Tables that hold the partners themselves. */
export function customerTables(schema: Schema): readonly TableFacts[] {
  return [...schema.tables.values()].filter((table) => nameHints.customerTable(table.name, table.comment) && ownKey(schema, table).length === 1);
}

/** Columns that look like a customer's number, by names alone, most likely first. */
export function accountColumns(schema: Schema, table: TableFacts): readonly string[] {
  const customers = customerTables(schema);
  const keys = customers.flatMap((customer) => ownKey(schema, customer).slice(0, 1));
  if (customers.some(({ name }) => name === table.name)) return keys.filter((key) => columnOf(table, key) !== undefined);
  const sameName = table.columns.filter(({ name }) => keys.includes(name)).map(({ name }) => name);
  const types = new Set(customers.flatMap((customer) => ownKey(schema, customer).map((key) => columnOf(customer, key)?.declared)));
  const named = table.columns
    .filter(({ name, declared }) => nameHints.customer(name) && !sameName.includes(name) && (types.size === 0 || types.has(declared)))
    .map(({ name }) => name);
  return [...sameName, ...named];
}
