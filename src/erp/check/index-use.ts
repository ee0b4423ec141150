/** What a plan and a table's indexes say about one statement: by which columns rows are found, and in which order. */

import type { ColumnSource, Condition } from "../binding/conversion.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Indexes, Plan } from "../dialects/dialect.ts";
import { homeOf, physicalName, type Relation } from "../read/relation.ts";
import type { Asked } from "./statements.ts";
import { usesOf } from "./uses.ts";

export interface Here {
  readonly source: SourceDeclaration;
  readonly relation: Relation;
  readonly plan: Plan;
  /** The plan of the plain list. */
  readonly baseline: Plan | undefined;
  readonly indexes: Indexes;
  /** Columns that are compared with one value, by physical table. */
  readonly equal: ReadonlyMap<string, ReadonlySet<string>>;
}

/** MariaDB calls tables by the aliases that the engine gave them. */
export function nameOf({ source, relation }: Here, table: string): string {
  if (table === "t") return physicalName(source, relation.table);
  const join = table.startsWith("j_") ? relation.joins[table.slice(2)] : undefined;
  return join === undefined ? table : physicalName(source, join.table);
}

export function tablesInWords({ source, relation }: Here, columns: readonly string[]): string {
  const tables = columns.flatMap((column) => homeOf(relation, column).tables.map((table) => physicalName(source, table)));
  return [...new Set(tables)].join(", ");
}

/** Whether each table that holds the column is searched by it. An expression needs an index of its own. */
export function isServed(here: Here, source: ColumnSource): boolean {
  if (typeof source !== "string") {
    const own = source.columns.filter((column) => !column.includes("/"));
    return own.length === source.columns.length && own.length > 0 && own.every((column) => isSearched(here, column)) && isNewlySearched(here);
  }
  const { tables } = homeOf(here.relation, source);
  if (tables.every((table) => isServedIn(here, source, table))) return true;
  // Under a view the tables and columns have other names: a condition that came with this statement is the one.
  const known = new Set(tables.map((table) => physicalName(here.source, table)));
  return !here.plan.scans.some((scan) => known.has(nameOf(here, scan.table))) && isNewlySearched(here);
}

/** Which of several tables lacks the index. */
export function unsearched(here: Here, source: ColumnSource): string {
  if (typeof source !== "string") return "";
  const { tables } = homeOf(here.relation, source);
  const lacking = tables.filter((table) => !isServedIn(here, source, table)).map((table) => physicalName(here.source, table));
  return lacking.length === tables.length ? "" : ` in ${lacking.join(", ")}`;
}

function isSearched(here: Here, source: string): boolean {
  return homeOf(here.relation, source).tables.every((table) => isSearchedIn(here, source, table));
}

function isSearchedIn(here: Here, source: string, table: string): boolean {
  const { column } = homeOf(here.relation, source);
  const physical = physicalName(here.source, table);
  return here.plan.scans.some((scan) => nameOf(here, scan.table) === physical && scan.by.some((searched) => searched.toLowerCase() === column.toLowerCase()));
}

function isServedIn(here: Here, source: string, table: string): boolean {
  const { column } = homeOf(here.relation, source);
  const physical = physicalName(here.source, table);
  return isSearchedIn(here, source, table) || here.equal.get(physical)?.has(column) === true || isIndexed(here, physical, column);
}

function isNewlySearched({ plan, baseline }: Here): boolean {
  const before = new Set(baseline?.scans.flatMap((scan) => scan.by.map((column) => `${scan.table} ${column}`)));
  return plan.scans.some((scan) => scan.by.some((column) => !before.has(`${scan.table} ${column}`)));
}

/** Where the planner looks at how few rows there are now: an index begins with the column, or with it after fixed ones. */
function isIndexed({ indexes, equal }: Here, table: string, column: string): boolean {
  const fixed = equal.get(table) ?? new Set();
  return (indexes.get(table) ?? []).some((index) => {
    const at = index.indexOf(column);
    return at >= 0 && index.slice(0, at).every((before) => fixed.has(before));
  });
}

/** Without a sort, and from rows found by account. */
export function isInOrder(here: Here, asked: Asked, account: readonly string[]): boolean {
  const { plan } = here;
  if (!plan.sorts && plan.scans.length > 0 && (account.length === 0 || account.some((column) => isSearched(here, column)))) return true;
  return isOrderedByIndex(here, asked);
}

/** A small table is read as a whole for each row of another although an index could find them: by a column it is tied by. */
export function isTiedByIndex({ source, indexes }: Here, resource: BoundResource, table: string): boolean {
  const ties = usesOf(resource).columns.filter(({ place, kind }) => kind === undefined && place !== "where");
  const used = ties.filter((use) => physicalName(source, use.table) === table);
  return (indexes.get(table) ?? []).some(([first]) => used.some(({ column }) => column === first));
}

function isOrderedByIndex(here: Here, { columns, relation }: Asked): boolean {
  if (!columns.every((column) => typeof column === "string")) return false;
  const homes = columns.map((column) => homeOf(relation, column));
  const [first] = homes;
  if (first === undefined || !homes.every(({ tables }) => tables[0] === first.tables[0])) return false;
  return first.tables.every((table) => {
    const physical = physicalName(here.source, table);
    const fixed = here.equal.get(physical) ?? new Set();
    const wanted = homes.map(({ column }) => column).filter((column) => !fixed.has(column));
    return (here.indexes.get(physical) ?? []).some((index) => {
      const from = wanted[0] === undefined ? 0 : index.indexOf(wanted[0]);
      // A narrower search comes first: by all columns with one value that the index begins with, the account among them.
      const searched = index.slice(0, Math.max(from, 0));
      return (
        from >= 0 &&
        searched.length >= Math.min(1, fixed.size) &&
        searched.every((column) => fixed.has(column)) &&
        wanted.every((column, at) => index[from + at] === column)
      );
    });
  });
}

export function equalColumns({ source, binding }: BoundResource, { relation, ask }: Asked): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const add = (column: string): void => {
    const home = homeOf(relation, column);
    for (const table of home.tables) {
      const physical = physicalName(source, table);
      found.set(physical, (found.get(physical) ?? new Set()).add(home.column));
    }
  };
  if (ask.kind === "lines") return found;
  for (const [column, condition] of Object.entries(binding.where)) if (isOneValue(condition)) add(column);
  if (typeof binding.account === "string") add(binding.account);
  return found;
}

function isOneValue(condition: Condition): boolean {
  return typeof condition !== "object";
}

/** The account is the whole key: there is nothing to search through. */
export function isOneRow({ equal, source, relation }: Here, key: readonly string[]): boolean {
  const fixed = equal.get(physicalName(source, relation.table));
  return key.every((column) => fixed?.has(column) === true);
}
