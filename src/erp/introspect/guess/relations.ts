/** How tables hang together where no foreign key says so: what identifies a row, what refers to it, what belongs to it. */

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
