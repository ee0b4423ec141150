/** The statements that the reader would send for what a contract allows, caught before they are sent. */

import { filterOperators } from "#contract/contract.ts";
import type { Filter, ListQuery, Position, Sort } from "#contract/list-query.ts";
import { pageLimit } from "#contract/list-query.ts";
import type { AnyConversion, ChildRows, ColumnSource } from "../binding/conversion.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import type { Catalog, ColumnInfo, Dialect, ErpDatabase, Statement } from "../dialects/dialect.ts";
import { planChildren } from "../read/child-statements.ts";
import { readChildren } from "../read/children.ts";
import { type ReadCaller, resourceReader } from "../read/reader.ts";
import { childRelation, columnInfo, type Relation, relationOf } from "../read/relation.ts";
import { accountsFor, plausibleFilterValues, plausibleValue } from "./plausible.ts";

/** What was asked for: names are the contract's. */
export type Ask =
  | { readonly kind: "list" }
  | { readonly kind: "get" }
  | { readonly kind: "filter"; readonly path: string; readonly operator: Filter["operator"] }
  | { readonly kind: "sort"; readonly path: string; readonly descending: boolean }
  /** `path` is empty for the order that a list has unasked. */
  | { readonly kind: "next-page"; readonly path: string; readonly descending: boolean }
  | { readonly kind: "lines"; readonly path: string };

export interface Asked {
  readonly ask: Ask;
  readonly statement: Statement;
  /** The columns an index should serve, the leading ones alone where one is enough. */
  readonly columns: readonly ColumnSource[];
  readonly relation: Relation;
}

/** A statement that can be planned at all; `undefined`: the ERP's columns hold none of the values tried. */
export interface NotAsked {
  readonly ask: Ask;
  readonly statement: undefined;
}

/**
 * Every list, filter, sort, next page, single read and level of child rows that the contract promises. `accountIn`: a value
 * that an account column holds, where one is known.
 */
export async function statementsOf(
  resource: BoundResource,
  dialect: Dialect,
  catalog: Catalog,
  accountIn: (column: string) => unknown = () => undefined,
): Promise<readonly (Asked | NotAsked)[]> {
  const { contract, source, binding } = resource;
  const relation = relationOf(binding);
  const reader = resourceReader(resource, dialect);
  const infoOf = (column: ColumnSource): ColumnInfo => columnInfo(source, relation, catalog, column);
  const accounts = accountsFor(binding.account, (column) => accountIn(column) ?? plausibleValue(infoOf(column)));
  const fields = Object.keys(binding.fields);
  const caught = catcher();
  const caller: ReadCaller = { database: caught.database, catalog, accounts, drift: () => undefined };
  const columnsOf = (path: string): readonly ColumnSource[] => (path === "id" ? binding.key : (conversionAt(binding.fields, path)?.columns ?? []));

  const asked: (Asked | NotAsked)[] = [];
  const add = (ask: Ask, columns: readonly ColumnSource[], statement: Statement | undefined): void => {
    asked.push(statement === undefined ? { ask, statement } : { ask, statement, columns, relation });
  };
  // Of filters and sorts nothing but ids is asked, so that their statements can be read.
  const list = async (filters: readonly Filter[], sort: readonly Sort[], after: Position | null = null, named: readonly string[] = []) => {
    const query: ListQuery = { filters, sort, limit: pageLimit.default, fields: named };
    return caught.during(() => reader.list(caller, query, after));
  };

  if (contract.reads.list !== undefined) {
    const { filter = [], sort = [] } = contract.reads.list;
    add({ kind: "list" }, binding.key, await list([], [], null, fields));
    add({ kind: "next-page", path: "", descending: false }, binding.key, await list([], [], binding.key.map(infoOf).map(plausibleValue)));
    for (const path of filter) {
      for (const operator of filterOperators(contract, path)) {
        let statement: Statement | undefined;
        for (const value of plausibleFilterValues(contract, path, operator, columnsOf(path).map(infoOf))) {
          statement = await list([{ path, operator, values: [value] }], []);
          if (statement !== undefined && !/\bFALSE\b/.test(statement.text)) break;
          statement = undefined;
        }
        add({ kind: "filter", path, operator }, columnsOf(path), statement);
      }
    }
    for (const path of sort) {
      const columns = columnsOf(path);
      const order = [...columns, ...binding.key.filter((column) => !columns.includes(column))];
      for (const descending of [false, true]) {
        add({ kind: "sort", path, descending }, columns, await list([], [{ path, descending }]));
        const position = order.map(infoOf).map(plausibleValue);
        add({ kind: "next-page", path, descending }, columns, await list([], [{ path, descending }], position));
      }
    }
  }
  if (contract.reads.get !== undefined) {
    const id = encodeId(binding.key.map(infoOf).map(plausibleValue));
    add({ kind: "get" }, binding.key, await caught.during(() => reader.get(caller, id, fields)));
  }
  for (const [field, conversion] of Object.entries(binding.fields))
    if (conversion.children !== undefined) asked.push(...(await childStatements(source, dialect, catalog, field, relation, conversion.children)));
  return asked;
}

/** The statement of one parent and that of several, and those of the levels below. */
async function childStatements(
  source: SourceDeclaration,
  dialect: Dialect,
  catalog: Catalog,
  path: string,
  parent: Relation,
  children: ChildRows,
): Promise<readonly Asked[]> {
  const relation = childRelation(children);
  const caught = catcher();
  const context = { source, dialect, catalog, database: caught.database };
  const plan = planChildren(source, dialect, path.split(".").at(-1) ?? path, 0, children);
  const infos = children.on.map(([, ours]) => columnInfo(source, parent, catalog, ours));
  const rowWith = (change: (value: unknown, index: number) => unknown): readonly unknown[] => infos.map(plausibleValue).map(change);
  const one = rowWith((value) => value);
  const other = rowWith((value, index) => (index < infos.length - 1 ? value : typeof value === "number" ? value + 1 : value === true ? false : `${value}1`));
  const asked: Asked[] = [];
  for (const rows of [[one], [one, other]]) {
    const parents = rows.map((row) => ({ row, levels: [] }));
    const statement = await caught.during(() => readChildren(context, [plan], parents));
    // Columns that every parent shares, such as a company, single out no rows: the last of the tie does.
    if (statement !== undefined) asked.push({ ask: { kind: "lines", path }, statement, columns: children.on.slice(-1).map(([child]) => child), relation });
  }
  for (const [field, conversion] of Object.entries(children.fields))
    if (conversion.children !== undefined) asked.push(...(await childStatements(source, dialect, catalog, `${path}.${field}`, relation, conversion.children)));
  return asked;
}

/** A database that notes what it is asked and knows no rows. */
function catcher(): { readonly database: ErpDatabase; during(work: () => Promise<unknown>): Promise<Statement | undefined> } {
  let last: Statement | undefined;
  return {
    database: {
      async query(statement) {
        last = statement;
        return [];
      },
    },
    async during(work) {
      last = undefined;
      await work();
      return last;
    },
  };
}

function conversionAt(fields: Readonly<Record<string, AnyConversion>>, path: string): AnyConversion | undefined {
  const [name = "", member] = path.split(".");
  return member === undefined ? fields[name] : fields[name]?.parts?.[member]?.conversion;
}
