/** What a plan and a table's indexes say about one statement: by which columns rows are found, and in which order. */

import type { ColumnSource, Condition } from "../binding/conversion.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Indexes, Plan, Scan } from "../dialects/dialect.ts";
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
  /** Columns that are compared with one value, by physical table: by the binding's conditions, and by those and the account. */
  readonly fixed: ReadonlyMap<string, ReadonlySet<string>>;
  readonly equal: ReadonlyMap<string, ReadonlySet<string>>;
}

/** MariaDB calls tables by the aliases that the engine gave them. */
function nameOf({ source, relation }: Here, table: string): string {
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
  const scans = here.plan.scans.filter((scan) => nameOf(here, scan.table) === physical);
  const isBy = ({ by }: Scan): boolean => by.some((searched) => searched.toLowerCase() === column.toLowerCase());
  // Of branches for several account columns each needs its index.
  const branches = scans.filter((scan) => !scan.perRow);
  return branches.length > 0 ? branches.every(isBy) : scans.some(isBy);
}

function isServedIn(here: Here, source: string, table: string): boolean {
  const { column } = homeOf(here.relation, source);
  const physical = physicalName(here.source, table);
  return isSearchedIn(here, source, table) || here.fixed.get(physical)?.has(column) === true || isIndexed(here, physical, column);
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

/** Each branch of the statement finds its rows by one of the account columns. */
export function isFoundByAccount(here: Here, account: readonly string[]): boolean {
  const homes = account.map((column) => homeOf(here.relation, column));
  const columnsIn = (table: string): readonly string[] =>
    homes.filter(({ tables }) => tables.some((named) => physicalName(here.source, named) === table)).map(({ column }) => column);
  const scans = here.plan.scans.map((scan) => ({ ...scan, account: columnsIn(nameOf(here, scan.table)) })).filter((scan) => scan.account.length > 0);
  const isBy = ({ by, account: columns }: (typeof scans)[number]): boolean => columns.some((column) => by.includes(column));
  const branches = scans.filter((scan) => !scan.perRow);
  return branches.length > 0 ? branches.every(isBy) : scans.some(isBy);
}

/** Without a sort, and from rows found by account. */
export function isInOrder(here: Here, columns: readonly ColumnSource[], relation: Relation, account: readonly string[]): boolean {
  const { plan } = here;
  if (!plan.sorts && plan.scans.length > 0 && (account.length === 0 || isFoundByAccount(here, account))) return true;
  return isOrderedByIndex(here, columns, relation);
}

/** Tables that are read as a whole for each row of another, since no index begins with a column they are tied by. */
export function wholePerRow(here: Here, resource: BoundResource): readonly string[] {
  const { source, plan, indexes } = here;
  const uses = usesOf(resource);
  const isTied = (table: string): boolean => {
    const ties = uses.columns.filter(({ table: used, place, kind }) => kind === undefined && place !== "where" && physicalName(source, used) === table);
    return (indexes.get(table) ?? []).some(([first]) => ties.some(({ column }) => column === first));
  };
  // MariaDB calls every table that an expression looks into by one alias.
  const lookedInto = uses.tables.filter(({ place }) => /^(?:field |only)/.test(place)).map(({ table }) => physicalName(source, table));
  const whole = plan.scans.filter((scan) => scan.perRow && scan.by.length === 0).map((scan) => nameOf(here, scan.table));
  return [...new Set(whole.flatMap((table) => (table === "s" ? lookedInto : [table])).filter((table) => !isTied(table)))];
}

/** The plan names other tables than the binding does. */
export function isUnderView(here: Here): boolean {
  const physical = physicalName(here.source, here.relation.table);
  return !here.indexes.has(physical) && !here.plan.scans.some((scan) => nameOf(here, scan.table) === physical);
}

function isOrderedByIndex(here: Here, columns: readonly ColumnSource[], relation: Relation): boolean {
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

export function equalColumns({ source, binding }: BoundResource, { relation, ask }: Asked, withAccount: boolean): ReadonlyMap<string, ReadonlySet<string>> {
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
  if (withAccount && typeof binding.account === "string") add(binding.account);
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
