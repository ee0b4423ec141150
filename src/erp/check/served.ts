/** Judges by the database's own plans whether an index serves what a contract allows. */

import type { ColumnSource, Condition } from "../binding/conversion.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase, Indexes, Plan } from "../dialects/dialect.ts";
import { accountColumns, homeOf, physicalName, type Relation } from "../read/relation.ts";
import { type Asked, type NotAsked, statementsOf } from "./statements.ts";

/** Something allowed that no index serves. */
export interface Unserved {
  /** As a reader of the contract knows it: `filter status`, `sort placed_at`, `lines notes`. */
  readonly ask: string;
  /** What the database reads instead, in words. */
  readonly why: string;
  readonly statement: string;
  /** The reason the binding gives for living with it. */
  readonly waived?: string;
}

export interface Judgement {
  readonly unserved: readonly Unserved[];
  /** What could not be judged, in words. */
  readonly unknown: readonly string[];
  /** How many statements were explained. */
  readonly explained: number;
}

/** Asks the database to plan every statement; runs none. */
export async function judge(resource: BoundResource, dialect: Dialect, catalog: Catalog, database: ErpDatabase, indexes: Indexes): Promise<Judgement> {
  const { source, binding } = resource;
  const unserved: Unserved[] = [];
  const unknown = new Set<string>();
  let explained = 0;
  let baseline: Plan | undefined;
  let accountIsServed = true;

  const report = (asked: Asked, why: string): void => {
    const path = "path" in asked.ask && asked.ask.path !== "" ? asked.ask.path : "";
    const waived = binding.unindexed[path];
    unserved.push({ ask: askInWords(asked), why, statement: asked.statement.text, ...(waived !== undefined && { waived }) });
  };

  for (const asked of await statementsOf(resource, dialect, catalog)) {
    if (asked.statement === undefined) {
      unknown.add(`${askInWords(asked)}: no value was found that the ERP's columns could hold`);
      continue;
    }
    const isOrdered = asked.ask.kind === "sort" || asked.ask.kind === "next-page";
    const plan = await dialect.explain(database, asked.statement, isOrdered ? "sorted" : "served");
    if ("notExplained" in plan) {
      unknown.add(`${askInWords(asked)}: ${plan.notExplained}`);
      continue;
    }
    explained += 1;
    const here: Here = { source, relation: asked.relation, plan, baseline, indexes, equal: equalColumns(resource, asked) };
    if (plan.scans.some((scan) => scan.access === "function")) {
      unknown.add("its rows come from a function, and what that reads nobody can tell from outside");
      break;
    }
    if (asked.ask.kind === "list") {
      baseline = plan;
      const account = accountColumns(binding.account);
      accountIsServed = account.length === 0 || account.some((column) => isServed(here, column));
      if (!accountIsServed) report(asked, `no index on ${tablesInWords(here, account)} finds the rows of an account: the whole table is read`);
      for (const table of new Set(plan.scans.filter((scan) => scan.perRow && scan.by.length === 0).map((scan) => nameOf(here, scan.table))))
        report(asked, `the whole of ${table} is read for each row: no index serves the join or lookup`);
      continue;
    }
    if (asked.columns.length === 0) continue;
    const rows = accountColumns(binding.account).length === 0 || !accountIsServed ? "all rows of the table" : "all rows of the caller's accounts";
    const [leading] = asked.columns;
    switch (asked.ask.kind) {
      case "filter":
        if (leading !== undefined && !isServed(here, leading)) report(asked, `${rows} are looked at`);
        break;
      case "sort":
        if (plan.sorts && !isOrderedByIndex(here, asked)) report(asked, `${rows} are sorted for every page`);
        break;
      case "next-page":
        if (leading !== undefined && !isServed(here, leading)) report(asked, "every page reads all rows of the pages before it");
        break;
      case "get":
        if (!asked.columns.some((column) => isServed(here, column))) report(asked, `${rows} are looked at`);
        break;
      case "lines":
        if (leading !== undefined && !isServed(here, leading)) report(asked, "the whole table is read for every page of parents");
        break;
    }
  }
  return { unserved: together(unserved), unknown: [...unknown], explained };
}

interface Here {
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
function nameOf({ source, relation }: Here, table: string): string {
  if (table === "t") return physicalName(source, relation.table);
  const join = table.startsWith("j_") ? relation.joins[table.slice(2)] : undefined;
  return join === undefined ? table : physicalName(source, join.table);
}

function tablesInWords({ source, relation }: Here, columns: readonly string[]): string {
  const tables = columns.flatMap((column) => homeOf(relation, column).tables.map((table) => physicalName(source, table)));
  return [...new Set(tables)].join(", ");
}

/** Whether each table that holds the column is searched by it. An expression needs an index of its own. */
function isServed(here: Here, source: ColumnSource): boolean {
  if (typeof source !== "string") {
    const own = source.columns.filter((column) => !column.includes("/"));
    return own.length === source.columns.length && own.length > 0 && own.every((column) => isSearched(here, column)) && isNewlySearched(here);
  }
  const { tables, column } = homeOf(here.relation, source);
  if (isSearched(here, source)) return true;
  if (tables.every((table) => isIndexed(here, physicalName(here.source, table), column))) return true;
  // Under a view the tables and columns have other names: a condition that came with this statement is the one.
  const known = new Set(tables.map((table) => physicalName(here.source, table)));
  return !here.plan.scans.some((scan) => known.has(nameOf(here, scan.table))) && isNewlySearched(here);
}

function isSearched(here: Here, source: string): boolean {
  const { tables, column } = homeOf(here.relation, source);
  return tables.every((table) => {
    const physical = physicalName(here.source, table);
    return here.plan.scans.some((scan) => nameOf(here, scan.table) === physical && scan.by.some((searched) => searched.toLowerCase() === column.toLowerCase()));
  });
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
      const rest = index.filter((column) => !fixed.has(column));
      return wanted.every((column, at) => rest[at] === column);
    });
  });
}

function equalColumns({ source, binding }: BoundResource, { relation, ask }: Asked): ReadonlyMap<string, ReadonlySet<string>> {
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

function askInWords({ ask }: Asked | NotAsked): string {
  switch (ask.kind) {
    case "list":
      return "the list";
    case "get":
      return "a single read";
    case "filter":
      return `filter ${ask.path}${ask.operator === "eq" ? "" : `[${ask.operator}]`}`;
    case "sort":
      return `sort ${ask.descending ? "-" : ""}${ask.path}`;
    case "next-page":
      return ask.path === "" ? "the next page" : `the next page of sort ${ask.descending ? "-" : ""}${ask.path}`;
    case "lines":
      return `lines ${ask.path}`;
  }
}

/** What has the same cause is said once: the operators of a filter, both directions of a sort. */
function together(unserved: readonly Unserved[]): readonly Unserved[] {
  const groups = new Map<string, Unserved>();
  for (const one of unserved) {
    const path = one.ask.replace(/\[[a-z]+\]$/, "").replace(/ -/, " ");
    const key = `${path} ${one.why}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, one);
    else if (known.ask !== one.ask && !known.ask.includes(one.ask)) groups.set(key, { ...known, ask: joined(known.ask, one.ask) });
  }
  return [...groups.values()];
}

/** `filter due_on, [gt], [gte]`; `sort placed_at, -placed_at`. */
function joined(known: string, further: string): string {
  const operator = /\[[a-z]+\]$/.exec(further)?.[0];
  return operator === undefined ? `${known}, ${further.split(" ").at(-1)}` : `${known}, ${operator}`;
}
