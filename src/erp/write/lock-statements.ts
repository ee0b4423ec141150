/** The locks that go ahead of a change: the thing's own row, what may be written beside it, and its child rows. */

import type { AnyConversion, ChildRows, Condition } from "../binding/conversion.ts";
import type { BoundResource, SourceDeclaration } from "../binding/source.ts";
import { type ErpValue, join, name, raw, type Sql, slot, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo, Dialect, Statement } from "../dialects/dialect.ts";
import { prepare } from "../dialects/write.ts";
import { accountSql, conditionSql, type Operand } from "../read/compare.ts";
import { keyOf, undescribed } from "../read/key-values.ts";
import { accountColumns, aliasesOf, aliasOf, columnInfo, columnSql, fromSql, type Relation, relationOf, tableSql } from "../read/relation.ts";

/** Prepared once per caller. */
interface Locks {
  readonly catalog: Catalog;
  readonly keyInfo: readonly ColumnInfo[];
  readonly statements: readonly ((key: readonly ErpValue[]) => Statement)[];
}

/** Derived from their keys alone, and gone with them. */
const locksOf = new WeakMap<BoundResource, WeakMap<readonly string[], Locks>>();

/**
 * Locks one thing for a change, in this order: its row (answered with its key, if it is the caller's and not in an archive),
 * rows of joined tables that a command could write, and child rows of every level. None of them for rows that come from a
 * stored function. Undefined: no row can have the id. What was locked has to be read in a later statement.
 */
export function lockStatements(
  resource: BoundResource,
  dialect: Dialect,
  catalog: Catalog,
  accounts: readonly string[],
  id: string,
): readonly Statement[] | undefined {
  const byAccounts = locksOf.get(resource) ?? new WeakMap<readonly string[], Locks>();
  locksOf.set(resource, byAccounts);
  let locks = byAccounts.get(accounts);
  if (locks?.catalog !== catalog) {
    locks = locksFor(resource, dialect, catalog, accounts);
    byAccounts.set(accounts, locks);
  }
  const { keyInfo, statements } = locks;
  const key = keyOf(id, keyInfo);
  return key && statements.map((statement) => statement(key));
}

function locksFor(resource: BoundResource, dialect: Dialect, catalog: Catalog, accounts: readonly string[]): Locks {
  const { source, binding } = resource;
  const relation = liveOnly(relationOf(binding));
  const operand = (column: string): Operand => ({ sql: columnSql(source, relation, column), info: columnInfo(source, relation, catalog, column) });
  const byKey = binding.key.map((column, index) => sql`${columnSql(source, relation, column)} = ${slot(index)}`);
  const own = Object.entries(binding.where).filter(([column]) => aliasOf(relation, column) === undefined);
  const row = [...byKey, ...own.map(([column, condition]) => conditionSql(operand(column), condition))];
  const sqls =
    binding.args !== undefined
      ? []
      : [
          rowLock(resource, dialect, relation, byKey, row, [
            ...Object.entries(binding.where).map(([column, condition]) => conditionSql(operand(column), condition)),
            accountSql(binding.account, accounts, operand),
            ...binding.only.map((expression) => columnSql(source, relation, expression)),
          ]),
          ...writtenJoins(resource, relation).map((alias) => {
            const joined = needed(relation, [`${alias}.`]);
            return sql`SELECT 1 ${fromSql(source, joined, new Set())} WHERE ${join(row, " AND ")} ${forUpdate(dialect, `j_${alias}`)}`;
          }),
          ...Object.values(binding.fields).flatMap((field) =>
            field.children === undefined ? [] : childLocks(source, dialect, relation, row, field.children, []),
          ),
        ];
  return { catalog, keyInfo: binding.key.map((column) => operand(column).info), statements: sqls.map((one) => prepare(one, dialect)) };
}

/** The tables whose rows are locked, with a column of each. */
export function lockedTables(resource: BoundResource): readonly { readonly table: string; readonly column: string }[] {
  const { binding } = resource;
  if (binding.args !== undefined) return [];
  const below = (fields: Readonly<Record<string, AnyConversion>>): readonly { readonly table: string; readonly column: string }[] =>
    Object.values(fields).flatMap(({ children }) =>
      children === undefined ? [] : [{ table: children.table, column: children.on[0]?.[0] ?? "" }, ...below(children.fields)],
    );
  const joined = writtenJoins(resource, relationOf(binding)).flatMap((alias) => {
    const { table = "", on = {} } = binding.joins[alias] ?? {};
    return [{ table, column: Object.keys(on)[0] ?? "" }];
  });
  return [{ table: binding.table, column: binding.key[0] ?? "" }, ...joined, ...below(binding.fields)];
}

/** Archives are read only. */
function liveOnly(relation: Relation): Relation {
  return { ...relation, alsoIn: [], joins: Object.fromEntries(Object.entries(relation.joins).map(([alias, joined]) => [alias, { ...joined, alsoIn: [] }])) };
}

/** The joins that these columns are reached by, and none of the others; rows without them are not asked for. */
function needed(relation: Relation, columns: readonly string[]): Relation {
  const used = aliasesOf(relation, columns);
  const joins = Object.entries(relation.joins).filter(([alias]) => used.has(alias));
  return { ...relation, joins: Object.fromEntries(joins.map(([alias, joined]) => [alias, { ...joined, optional: false }])) };
}

function forUpdate(dialect: Dialect, alias: string): Sql {
  return dialect.locksByAlias ? sql`FOR UPDATE OF ${name(alias)}` : raw("FOR UPDATE");
}

/**
 * Rows of joined tables, such as the customer whose account it is, are not locked: all of its orders would wait for each
 * other. Where a locking read cannot leave them out, they are asked for in a subquery, which never locks.
 */
function rowLock(
  { source, binding }: BoundResource,
  dialect: Dialect,
  relation: Relation,
  byKey: readonly Sql[],
  row: readonly Sql[],
  conditions: readonly Sql[],
): Sql {
  const key = (alias: string): Sql =>
    join(
      binding.key.map((column) => name(alias, column)),
      ", ",
    );
  const used = aliasesOf(relation, [...Object.keys(binding.where), ...accountColumns(binding.account), ...binding.only]);
  const joins = used.size > 0 || Object.values(relation.joins).some((joined) => joined.optional !== true);
  const all = sql`${fromSql(source, relation, used)} WHERE ${join([...byKey, ...conditions], " AND ")}`;
  if (dialect.locksByAlias || !joins) return sql`SELECT ${key("t")} ${all} ${forUpdate(dialect, "t")}`;
  const from = sql`FROM ${tableSql(source, relation.table)} ${name("t")}`;
  return sql`SELECT ${key("t")} ${from} WHERE ${join(row, " AND ")} AND EXISTS (SELECT 1 ${all}) FOR UPDATE`;
}

/** Aliases of joined tables that hold a field which some command on one thing takes. */
function writtenJoins({ contract, binding }: BoundResource, relation: Relation): readonly string[] {
  const columns = Object.values(contract.commands).flatMap((command) =>
    command.on !== "one" || command.input === undefined ? [] : Object.keys(command.input.shape).flatMap((member) => writtenColumns(binding.fields[member])),
  );
  return Object.keys(relation.joins).filter((alias) => columns.some((column) => aliasOf(relation, column) === alias));
}

/** Columns that a field's value is written to. */
export function writtenColumns(conversion: AnyConversion | undefined): readonly string[] {
  if (conversion === undefined || conversion.children !== undefined) return [];
  if (conversion.kind === "group") return Object.values(conversion.parts ?? {}).flatMap((part) => writtenColumns(part.conversion));
  return conversion.write === undefined ? [] : conversion.columns.filter((column) => typeof column === "string");
}

/** One statement per level: its rows are tied to the locked row through the levels above. Conditions that exclude rows are left out. */
function childLocks(
  source: SourceDeclaration,
  dialect: Dialect,
  relation: Relation,
  row: readonly Sql[],
  children: ChildRows,
  above: readonly Sql[],
): readonly Sql[] {
  const alias = `l_${above.length}`;
  const parent = (column: string): Sql => (above.length === 0 ? columnSql(source, relation, column) : name(`l_${above.length - 1}`, column));
  const ties = children.on.map(([child, of]) => sql`${name(alias, child)} = ${parent(of)}`);
  const fixed = Object.entries(children.where).flatMap(([column, condition]) =>
    isNot(condition) ? [] : [conditionSql({ sql: name(alias, column), info: undescribed }, condition)],
  );
  const joins = [...above, sql`JOIN ${tableSql(source, children.table)} ${name(alias)} ON ${join([...ties, ...fixed], " AND ")}`];
  const start =
    above.length === 0
      ? needed(
          relation,
          children.on.map(([, of]) => of),
        )
      : relation;
  const lock = sql`SELECT 1 ${fromSql(source, start, new Set())} ${join(joins, " ")} WHERE ${join(row, " AND ")} ${forUpdate(dialect, alias)}`;
  const below = Object.values(children.fields).flatMap((field) =>
    field.children === undefined ? [] : childLocks(source, dialect, start, row, field.children, joins),
  );
  return [lock, ...below];
}

function isNot(condition: Condition): boolean {
  return typeof condition === "object" && condition !== null && "not" in condition;
}
