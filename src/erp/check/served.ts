/** Judges by the database's own plans whether an index serves what a contract allows. */

import type { BoundResource } from "../binding/source.ts";
import { sql } from "../binding/sql.ts";
import type { Catalog, Dialect, ErpDatabase, Indexes, Plan } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { accountColumns, aliasesOf, columnSql, fromSql, relationOf } from "../read/relation.ts";
import { equalColumns, type Here, isFoundByAccount, isInOrder, isOneRow, isServed, isUnderView, tablesInWords, unsearched, wholePerRow } from "./index-use.ts";
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

/**
 * Asks the database to plan every statement. The only thing it reads is an account of some row, since planners see through
 * conditions that no row fulfils.
 */
export async function judge(resource: BoundResource, dialect: Dialect, catalog: Catalog, database: ErpDatabase, indexes: Indexes): Promise<Judgement> {
  const { source, binding } = resource;
  const unserved: Unserved[] = [];
  const unknown = new Set<string>();
  let explained = 0;
  const sorted = new Set<string>();
  const account = accountColumns(binding.account);
  let baseline: Plan | undefined;
  let accountIsServed = true;

  const report = (asked: Asked, why: string): void => {
    const path = "path" in asked.ask && asked.ask.path !== "" ? asked.ask.path : "";
    const waived = binding.unindexed[path];
    unserved.push({ ask: askInWords(asked), why, statement: asked.statement.text, ...(waived !== undefined && { waived }) });
  };

  const samples = await accountSamples(resource, dialect, database);
  for (const asked of await statementsOf(resource, dialect, catalog, (column) => samples.get(column))) {
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
    const here: Here = {
      source,
      relation: asked.relation,
      plan,
      baseline,
      indexes,
      fixed: equalColumns(resource, asked, false),
      equal: equalColumns(resource, asked, true),
    };
    if (plan.scans.some((scan) => scan.access === "function")) {
      unknown.add("its rows come from a function, and what that reads nobody can tell from outside");
      break;
    }
    if (asked.ask.kind === "list") {
      baseline = plan;
      accountIsServed = account.length === 0 || isFoundByAccount(here, account) || account.every((column) => isServed(here, column));
      if (!accountIsServed) report(asked, `no index on ${tablesInWords(here, account)} finds the rows of an account: the whole table is read`);
      for (const table of wholePerRow(here, resource)) report(asked, `the whole of ${table} is read for each row: no index serves the join or lookup`);
      continue;
    }
    if (asked.columns.length === 0 || (asked.ask.kind !== "lines" && isOneRow(here, binding.key))) continue;
    if (asked.ask.kind === "next-page" && sorted.has(asked.ask.path)) continue;
    const why = whyUnserved(here, asked, accountIsServed ? account : []);
    if (why === undefined) continue;
    if (asked.ask.kind === "sort") sorted.add(asked.ask.path);
    if (!dialect.explainsByIndexes && isUnderView(here))
      unknown.add(`${askInWords(asked)}: what a view reads shows in the plan only, and the plan depends on how many rows there are`);
    else report(asked, why);
  }
  return { unserved: together(unserved), unknown: [...unknown], explained };
}

/** `account`: the columns that rows are found by anyway; none where all accounts share them, or no index finds them. */
function whyUnserved(here: Here, { ask, columns, relation }: Asked, account: readonly string[]): string | undefined {
  const rows = account.length > 0 ? "all rows of the caller's accounts" : "all rows of the table";
  const [leading] = columns;
  if (leading === undefined || (typeof leading === "string" && account.includes(leading))) return undefined;
  switch (ask.kind) {
    case "filter":
      return isServed(here, leading) ? undefined : `${rows} are looked at${unsearched(here, leading)}`;
    case "sort":
      if (isInOrder(here, columns, relation, account)) return undefined;
      return `${rows} are sorted for every page${account.length > 0 ? ", or those of all accounts read in its order" : ""}`;
    case "next-page":
      return isServed(here, leading) ? undefined : "every page reads all rows of the pages before it";
    case "get":
      return columns.some((column) => isServed(here, column)) ? undefined : `${rows} are looked at`;
    case "lines":
      return isServed(here, leading) ? undefined : "the whole table is read for every page of parents";
    case "list":
      return undefined;
  }
}

async function accountSamples({ source, binding }: BoundResource, dialect: Dialect, database: ErpDatabase): Promise<ReadonlyMap<string, unknown>> {
  const relation = relationOf(binding);
  const samples = new Map<string, unknown>();
  for (const column of accountColumns(binding.account)) {
    const written = columnSql(source, relation, column);
    const statement = sql`SELECT ${written} ${fromSql(source, relation, aliasesOf(relation, [column]))} WHERE ${written} IS NOT NULL LIMIT 1`;
    const [row] = await database.query({ ...write(statement, dialect), unprepared: true });
    const value = row?.[0];
    if (value !== undefined && value !== null && String(value).trim() !== "") samples.set(column, value);
  }
  return samples;
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
