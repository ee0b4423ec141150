/** Reads one resource: lists by keyset, single things by id, each with its child rows, always within the caller's accounts. */

import type { Known } from "#contract/json-writer.ts";
import type { ListQuery, Position } from "#contract/list-query.ts";
import { digest } from "#lib/hash.ts";
import type { AnyConversion, ColumnSource, Drift } from "../binding/conversion.ts";
import { decodeId, encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import { type ErpValue, join, type Sql, slot, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo, Dialect, ErpDatabase, Statement } from "../dialects/dialect.ts";
import { prepare, render } from "../dialects/write.ts";
import { accountBranches } from "./account-branches.ts";
import { type ChildPlan, type Parent, planChildren, type ReadContext, readChildren } from "./children.ts";
import { accountSql, afterSql, conditionSql, filterSql, type Operand, type OrderColumn, orderByPosition, orderSql } from "./compare.ts";
import { fitting } from "./fitting.ts";
import { accountColumns, aliasesOf, columnInfo, columnSql, fromSql, relationOf } from "./relation.ts";
import { knownOf, layOut, type RowReader } from "./rows.ts";

/** A value that did not fit, for the operator. `column` names what was read, `value` is an ERP code where that is the trouble. */
export interface DriftNote {
  readonly resource: string;
  readonly id: string;
  readonly conversion: string;
  readonly columns: string;
  readonly why: string;
  readonly value?: string;
}

export interface ReadCaller {
  readonly database: ErpDatabase;
  readonly catalog: Catalog;
  readonly accounts: readonly string[];
  readonly drift: (note: DriftNote) => void;
}

export interface Page {
  readonly items: readonly Record<string, unknown>[];
  /** Where the next page begins, or null at the end. */
  readonly next: Position | null;
}

export interface Found {
  readonly item: Record<string, unknown>;
  /** Digest of all bound columns and child rows: the same for every contract version, field selection and scope. */
  readonly digest: string;
}

export interface ResourceReader {
  /** What is certain of each field's values. */
  readonly known: Readonly<Record<string, Known | undefined>>;
  list(caller: ReadCaller, query: ListQuery, after: Position | null): Promise<Page>;
  get(caller: ReadCaller, id: string, fields: readonly string[]): Promise<Found | undefined>;
}

/** What a selection of fields needs from a row; made once per selection. */
interface Shape {
  readonly read: RowReader;
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
  readonly keyInfo: readonly ColumnInfo[];
  readonly one: (key: readonly ErpValue[]) => Statement;
  readonly listings: Map<string, Listing>;
}

/** A query, ready for any position in its list. */
interface Listing {
  readonly shape: Shape;
  /** How many columns the rows are sorted by; they stand after the key. */
  readonly sorted: number;
  readonly statement: (after: Position) => Statement;
}

/** Selections that are remembered; callers choose them, so there must be an end. */
const maxShapes = 200;

/** Queries that are remembered for each caller. */
const maxListings = 50;

export function resourceReader({ contract, source, binding }: BoundResource, dialect: Dialect): ResourceReader {
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
    const { read, columns, childFields } = layOut(binding.fields, fields, start, key);
    const select = render(
      join(
        columns.map((column) => sql`, ${columnSql(source, relation, column)}`),
        "",
      ),
      dialect,
    );
    const shape = { read, columns, select, children: childFields.map(({ name, at, rows }) => planChildren(source, dialect, name, at, rows)) };
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

  const conditionsOf = new WeakMap<readonly string[], RowConditions>();
  /** Kept per caller. */
  function rowConditions({ catalog, accounts }: ReadCaller): RowConditions {
    const known = conditionsOf.get(accounts);
    if (known?.catalog === catalog) return known;
    const of = operand(catalog);
    const fixed = Object.entries(binding.where).map(([column, condition]) => conditionSql(of(column), condition));
    const expressions = binding.only.map((expression) => columnSql(source, relation, expression));
    const withAccount = (account: Sql): Sql => render(join([...fixed, account, ...expressions], " AND "), dialect);
    const all = withAccount(accountSql(binding.account, accounts, of));
    const byKey = binding.key.map((column, index) => sql`${columnSql(source, relation, column)} = ${slot(index)}`);
    const conditions = {
      catalog,
      branches: accountBranches(binding.account, accounts, of).map(withAccount),
      keyInfo: binding.key.map((column) => of(column).info),
      one: prepare(sql`SELECT ${keySql}${shapeOfAll.select} ${from(shapeOfAll.columns)} WHERE ${join(byKey, " AND ")} AND ${all} LIMIT 2`, dialect),
      listings: new Map<string, Listing>(),
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

  function noteDrift(caller: ReadCaller, id: () => string): Drift {
    return (conversion, columns, why, value) =>
      caller.drift({
        resource: contract.name,
        id: id(),
        conversion,
        columns: columns.map((column) => (typeof column === "string" ? column : `expression(${column.columns.join(", ")})`)).join(", "),
        why,
        ...(value !== undefined && { value }),
      });
  }

  /** The statement of a query, written once per caller for all its pages. */
  function listing(caller: ReadCaller, query: ListQuery, after: Position | null): Listing {
    const { listings, branches } = rowConditions(caller);
    const name = JSON.stringify([query, after?.map((value) => value === null)]);
    const known = listings.get(name);
    if (known !== undefined) return known;
    const of = operand(caller.catalog);
    const order: OrderColumn[] = [];
    for (const { path, descending } of query.sort) for (const column of conversionAt(path).columns) order.push({ ...of(column), descending });
    const descending = order.at(-1)?.descending ?? false;
    const ordered = new Set(query.sort.flatMap(({ path }) => conversionAt(path).columns));
    for (const column of binding.key) if (!ordered.has(column)) order.push({ ...of(column), descending });

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

  const context = (caller: ReadCaller): ReadContext => ({ source, dialect, catalog: caller.catalog, database: caller.database });

  return {
    known: { ...knownOf(binding.fields), id: { kind: "text" } },

    async list(caller, query, after) {
      const { shape, sorted, statement } = listing(caller, query, after);
      const rows = await caller.database.query(statement(after ?? []));

      const shown = rows.length > query.limit ? rows.slice(0, query.limit) : rows;
      let current: readonly unknown[] = [];
      const drift = noteDrift(caller, () => encodeId(current.slice(0, width)));
      const parents: Parent[] = shown.map((row) => {
        current = row;
        return { row, item: shape.read(row, drift) };
      });
      await readChildren(context(caller), shape.children, parents, drift);
      const last = shown.at(-1);
      return {
        items: parents.map((parent) => parent.item),
        next: rows.length > query.limit && last ? (last.slice(width, width + sorted) as Position) : null, // driver values of key and sort columns
      };
    },

    async get(caller, id, fields) {
      const { one, keyInfo } = rowConditions(caller);
      const values = decodeId(id, width)?.map((value, index) => fitting(value, keyInfo[index] ?? neverDescribed));
      if (values === undefined || !values.every((value) => value !== undefined)) return undefined;
      const rows = await caller.database.query(one(values));
      const [row] = rows;
      // A case-insensitive collation finds keys that only look alike; an id names exactly one thing.
      if (row === undefined || encodeId(row.slice(0, width)) !== id) return undefined;
      if (rows.length > 1) throw new Error(`${contract.name}: the key of the binding is not unique`);
      const drift = noteDrift(caller, () => id);
      const parent: Parent = { row, item: shapeOfAll.read(row, drift) };
      const children = await readChildren(context(caller), shapeOfAll.children, [parent], drift);
      return { item: pick(parent.item, fields), digest: digest(JSON.stringify([row, children])) };
    },
  };
}

/** A key column the catalogue does not know: whether the value fits, the database will say. */
const neverDescribed: ColumnInfo = { type: "other", nullable: true, sqlType: "" };

/** The id as a conversion: its inverse finds the row by its key. */
function keyConversion(key: readonly string[]): AnyConversion {
  return {
    kind: "id",
    columns: key,
    read: (row, at) => encodeId(row.slice(at, at + key.length)),
    inverse: {
      asText: true,
      equal(id) {
        const values = decodeId(id, key.length);
        return values === undefined ? [] : [values];
      },
    },
  };
}

function pick(item: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) picked[field] = item[field];
  return picked;
}
