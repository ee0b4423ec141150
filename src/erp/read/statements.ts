/** The statements that read one resource, each narrowed to its caller's accounts. */

import type { ListQuery, Position } from "#contract/list-query.ts";
import type { AnyConversion, ColumnSource } from "../binding/conversion.ts";
import type { BoundResource } from "../binding/source.ts";
import { type ErpValue, join, member, type Sql, slot, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo, Dialect, Statement } from "../dialects/dialect.ts";
import { prepare, render, write } from "../dialects/write.ts";
import { accountBranches } from "./account-branches.ts";
import { type ChildPlan, childrenOf, type KnownTie, planChildren } from "./child-statements.ts";
import { accountSql, afterSql, conditionSql, filterSql, type Operand, type OrderColumn, orderByPosition, orderSql } from "./compare.ts";
import { keyConversion, keyOf, tuplesSql } from "./key-values.ts";
import { accountColumns, aliasesOf, columnInfo, columnSql, fromSql, relationOf } from "./relation.ts";
import { layOut, type TreeReader, treeReader } from "./rows.ts";

export interface StatementCaller {
  readonly catalog: Catalog;
  readonly accounts: readonly string[];
}

/** What a selection of fields needs from a row; made once per selection. */
export interface Shape {
  readonly read: TreeReader;
  readonly columns: readonly ColumnSource[];
  /** The columns, written out. */
  readonly select: Sql;
  readonly children: readonly ChildPlan[];
}

/**
 * What every statement carries: what makes a row one of this resource, and the caller's. `branches` are disjoint
 * conditions, each in the order of an index; `one` is the statement for a single key.
 */
interface RowConditions {
  readonly catalog: Catalog;
  readonly branches: readonly Sql[];
  /** All branches as one condition. */
  readonly all: Sql;
  readonly keyInfo: readonly ColumnInfo[];
  readonly one: (key: readonly ErpValue[]) => Statement;
  readonly listings: Map<string, Listing>;
  /** The same by the query itself, which comes again and again, and by which values of the position are null. */
  readonly asked: WeakMap<ListQuery, Map<string, Listing>>;
}

/** A query, ready for any position in its list. */
export interface Listing {
  readonly shape: Shape;
  /** How many columns the rows are sorted by; they stand after the key. */
  readonly sorted: number;
  readonly statement: (after: Position) => Statement;
}

/** Selections that are remembered; callers choose them, so there must be an end. */
const maxShapes = 200;

/** Queries that are remembered for each caller. */
const maxListings = 50;

export interface OneStatements {
  readonly shape: Shape;
  readonly statement: Statement | undefined;
  readonly children?: readonly Statement[];
}

export interface ResourceStatements {
  /** How many columns the key has; they begin every row. */
  readonly width: number;
  /** The statement of a query, written once per caller for all pages of its list. */
  listing(caller: StatementCaller, query: ListQuery, after: Position | null): Listing;
  /**
   * The statement for one thing; none where no row can have the id. `children`: those of the levels right below it, where
   * the id alone says what they tie to, so that nobody has to wait for the row.
   */
  one(caller: StatementCaller, id: string): OneStatements;
  /** As `one`, by the key that a function in the same batch makes; without statements where the database cannot be asked so. */
  made(caller: StatementCaller): OneStatements;
  /** As `one`, whoever's it is: for the gateway's own looks at what partners wrote, never for an answer. */
  anyones(catalog: Catalog, id: string, fields: readonly string[]): { readonly shape: Shape; readonly statement: Statement | undefined };
  /** The statement for the keys, and nothing else, of the caller's rows among these; none where no row can have any of the ids. */
  keys(caller: StatementCaller, ids: readonly string[]): Statement | undefined;
}

export function resourceStatements({ contract, source, binding }: BoundResource, dialect: Dialect): ResourceStatements {
  const relation = relationOf(binding);
  const width = binding.key.length;
  const always: readonly ColumnSource[] = [...Object.keys(binding.where), ...accountColumns(binding.account), ...binding.only];
  const alwaysUsed = aliasesOf(relation, always);
  const keySql = render(
    join(
      binding.key.map((column) => columnSql(source, relation, column)),
      ", ",
    ),
    dialect,
  );
  const key = keyConversion(binding.key);
  const shapes = new Map<string, Shape>();

  function shapeOf(fields: readonly string[], start: number): Shape {
    const selection = `${start} ${fields.join(",")}`;
    const known = shapes.get(selection);
    if (known !== undefined) return known;
    const { values, columns, childFields } = layOut(binding.fields, fields, start, key);
    const children = childFields.map(({ name, at, rows }) => planChildren(source, dialect, name, at, rows));
    const select = render(
      join(
        columns.map((column) => sql`, ${columnSql(source, relation, column)}`),
        "",
      ),
      dialect,
    );
    const shape = { read: treeReader(values, children), columns, select, children };
    if (shapes.size >= maxShapes) shapes.clear();
    shapes.set(selection, shape);
    return shape;
  }

  const shapeOfAll = shapeOf(Object.keys(binding.fields), width);

  /** The conversion behind a path, and the columns it stands on. */
  function conversionAt(path: string): AnyConversion {
    const [name = "", memberName] = path.split(".");
    if (path === "id") return key;
    const conversion = binding.fields[name];
    const found = memberName === undefined ? conversion : conversion?.parts?.[memberName]?.conversion;
    if (found === undefined) throw new Error(`${contract.name}: nothing is bound to ${path}`);
    return found;
  }

  const operand =
    (catalog: Catalog) =>
    (column: ColumnSource): Operand => ({ sql: columnSql(source, relation, column), info: columnInfo(source, relation, catalog, column) });

  const byKey = binding.key.map((column, index) => sql`${columnSql(source, relation, column)} = ${slot(index)}`);

  /** What makes a row one of this resource. */
  function ownConditions(catalog: Catalog): { readonly fixed: readonly Sql[]; readonly expressions: readonly Sql[] } {
    const of = operand(catalog);
    return {
      fixed: Object.entries(binding.where).map(([column, condition]) => conditionSql(of(column), condition)),
      expressions: binding.only.map((expression) => columnSql(source, relation, expression)),
    };
  }

  const conditionsOf = new WeakMap<readonly string[], RowConditions>();
  /** Kept per caller. */
  function rowConditions({ catalog, accounts }: StatementCaller): RowConditions {
    const known = conditionsOf.get(accounts);
    if (known?.catalog === catalog) return known;
    const of = operand(catalog);
    const { fixed, expressions } = ownConditions(catalog);
    const withAccount = (account: Sql): Sql => render(join([...fixed, account, ...expressions], " AND "), dialect);
    const all = withAccount(accountSql(binding.account, accounts, of));
    const conditions = {
      catalog,
      branches: accountBranches(binding.account, accounts, of).map(withAccount),
      all,
      keyInfo: binding.key.map((column) => of(column).info),
      one: prepare(sql`SELECT ${keySql}${shapeOfAll.select} ${from(shapeOfAll.columns)} WHERE ${join(byKey, " AND ")} AND ${all} LIMIT 2`, dialect),
      listings: new Map<string, Listing>(),
      asked: new WeakMap<ListQuery, Map<string, Listing>>(),
    };
    conditionsOf.set(accounts, conditions);
    return conditions;
  }

  const froms = new Map<string, Sql>();
  /** FROM with the joins that these columns need. */
  function from(columns: readonly ColumnSource[]): Sql {
    const used = aliasesOf(relation, columns, new Set(alwaysUsed));
    const key = [...used].sort().join(" ");
    const known = froms.get(key) ?? render(fromSql(source, relation, used), dialect);
    froms.set(key, known);
    return known;
  }

  function listing(caller: StatementCaller, query: ListQuery, after: Position | null): Listing {
    const conditions = rowConditions(caller);
    const asked = conditions.asked.get(query) ?? new Map<string, Listing>();
    conditions.asked.set(query, asked);
    const nulls = after === null ? "" : after.map((value) => (value === null ? "0" : "1")).join("");
    const found = asked.get(nulls) ?? findListing(caller, conditions, query, after);
    asked.set(nulls, found);
    return found;
  }

  function findListing(caller: StatementCaller, { listings, branches }: RowConditions, query: ListQuery, after: Position | null): Listing {
    const name = JSON.stringify([query, after?.map((value) => value === null)]);
    const known = listings.get(name);
    if (known !== undefined) return known;
    const of = operand(caller.catalog);
    // A row without its key is none of the resource's: whatever a view says of the column.
    const sorted = (column: ColumnSource): Operand => {
      const found = of(column);
      return typeof column === "string" && binding.key.includes(column) ? { ...found, info: { ...found.info, nullable: false } } : found;
    };
    const order: OrderColumn[] = [];
    for (const { path, descending } of query.sort) for (const column of conversionAt(path).columns) order.push({ ...sorted(column), descending });
    const descending = order.at(-1)?.descending ?? false;
    const ordered = new Set(query.sort.flatMap(({ path }) => conversionAt(path).columns));
    for (const column of binding.key) if (!ordered.has(column)) order.push({ ...sorted(column), descending });

    const shape = shapeOf(query.fields, width + order.length);
    const filters = query.filters.map((filter) => {
      const conversion = conversionAt(filter.path);
      return { sql: filterSql(filter, conversion, conversion.columns.map(of)), columns: conversion.columns };
    });
    const position = after?.map((value, index) => (value === null ? null : slot(index)));
    const asked = [...filters.map((filter) => filter.sql), ...(position === undefined ? [] : [afterSql(order, position, dialect)])];
    const named = [...shape.columns, ...filters.flatMap((filter) => filter.columns), ...ordered];
    const select = sql`SELECT ${keySql}, ${join(
      order.map((column) => column.sql),
      ", ",
    )}${shape.select} ${from(named)}`;
    const limit = sql`LIMIT ${query.limit + 1}`;
    const parts = branches.map((branch) => sql`${select} WHERE ${join([branch, ...asked], " AND ")} ORDER BY ${orderSql(order)} ${limit}`);
    const [only] = parts;
    const whole =
      parts.length === 1 && only
        ? only
        : sql`${join(
            parts.map((part) => sql`(${part})`),
            " UNION ALL ",
          )} ORDER BY ${orderByPosition(order, width)} ${limit}`;
    const made = { shape, sorted: order.length, statement: prepare(whole, dialect) };
    if (listings.size >= maxListings) listings.clear();
    listings.set(name, made);
    return made;
  }

  function byValues(caller: StatementCaller, values: readonly ErpValue[]): OneStatements & { readonly statement: Statement } {
    const known = (column: string): KnownTie | undefined => {
      const at = binding.key.indexOf(column);
      const fixed = binding.where[column];
      const value = at >= 0 ? values[at] : typeof fixed === "string" || typeof fixed === "number" ? fixed : undefined;
      return value === undefined ? undefined : { value, info: operand(caller.catalog)(column).info };
    };
    const children = childrenOf({ source, dialect, catalog: caller.catalog }, shapeOfAll.children, known);
    return { shape: shapeOfAll, statement: rowConditions(caller).one(values), ...(children !== undefined && { children }) };
  }

  return {
    width,
    listing,
    one(caller, id) {
      const values = keyOf(id, rowConditions(caller).keyInfo);
      return values === undefined ? { shape: shapeOfAll, statement: undefined } : byValues(caller, values);
    },
    made(caller) {
      const { madeKeys } = dialect;
      const [info, ...others] = rowConditions(caller).keyInfo;
      if (madeKeys === undefined || info === undefined || others.length > 0 || info.sqlType === "") return { shape: shapeOfAll, statement: undefined };
      const { statement, children } = byValues(caller, [madeKeys.stand]);
      const standing = (one: Statement): Statement => madeKeys.standingOn(one, info.sqlType);
      return { shape: shapeOfAll, statement: standing(statement), ...(children !== undefined && { children: children.map(standing) }) };
    },
    anyones(catalog, id, fields) {
      const shape = shapeOf(fields, width);
      const of = operand(catalog);
      const values = keyOf(
        id,
        binding.key.map((column) => of(column).info),
      );
      const { fixed, expressions } = ownConditions(catalog);
      const conditions = join([...byKey, ...fixed, ...expressions], " AND ");
      const statement = (): Statement =>
        prepare(sql`SELECT ${keySql}${shape.select} ${from(shape.columns)} WHERE ${conditions} LIMIT 2`, dialect)(values ?? []);
      return { shape, statement: values && statement() };
    },
    keys(caller, ids) {
      const { all, keyInfo } = rowConditions(caller);
      const keys = ids.flatMap((id) => {
        const values = keyOf(id, keyInfo);
        return values === undefined ? [] : [values];
      });
      if (keys.length === 0) return undefined;
      const columns = binding.key.map((column) => columnSql(source, relation, column));
      const [only] = columns;
      const among =
        columns.length === 1 && only !== undefined
          ? member(
              only,
              keys.map(([value]) => value ?? null),
            )
          : tuplesSql(columns, keys);
      return write(sql`SELECT ${keySql} ${from([])} WHERE ${among} AND ${all}`, dialect);
    },
  };
}
