/** Where a resource's rows come from: its table with archives, functions and joins, and how its columns are written. */

import type { AccountRule } from "../binding/account.ts";
import type { AnyConversion, ChildRows, ColumnSource } from "../binding/conversion.ts";
import type { Expression } from "../binding/expression.ts";
import type { Join } from "../binding/fits.ts";
import type { Binding, SourceDeclaration } from "../binding/source.ts";
import { join, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, ColumnInfo, ColumnType } from "../dialects/dialect.ts";

/** What a select list, a condition and a join need to know of a row's origin; child rows have one, too. */
export interface Relation {
  readonly table: string;
  readonly alsoIn: readonly string[];
  readonly args?: readonly (string | number)[];
  readonly joins: Readonly<Record<string, Join>>;
  /** Columns of `table` that anything names: all that an archive's rows are made of. */
  readonly columns: readonly string[];
  /** The same of each joined table. */
  readonly joinColumns: Readonly<Record<string, readonly string[]>>;
}

/** The physical name of a table as the bindings call it. */
export function physicalName(source: SourceDeclaration, table: string): string {
  return `${source.tablePrefix ?? ""}${table}`;
}

export function tableSql(source: SourceDeclaration, table: string): Sql {
  const physical = physicalName(source, table);
  return source.schema === undefined ? name(physical) : name(source.schema, physical);
}

/** Writes a column of the relation, `alias.COLUMN` of a join, or an expression over them. */
export function columnSql(source: SourceDeclaration, relation: Pick<Relation, "joins">, column: ColumnSource): Sql {
  if (typeof column !== "string")
    return column.write(
      (inner) => columnSql(source, relation, inner),
      (table) => tableSql(source, table),
    );
  const alias = aliasOf(relation, column);
  return alias === undefined ? name("t", column) : name(`j_${alias}`, column.slice(alias.length + 1));
}

/** The join a column belongs to. A dot alone makes none: ERPs have columns called `Unit.Price`. */
export function aliasOf({ joins }: Pick<Relation, "joins">, column: string): string | undefined {
  const dot = column.indexOf(".");
  return dot > 0 && Object.hasOwn(joins, column.slice(0, dot)) ? column.slice(0, dot) : undefined;
}

/** The tables that hold a column (with archives there are several), as the bindings call them, and its name there. */
export function homeOf(relation: Relation, column: string): { readonly tables: readonly string[]; readonly column: string } {
  const alias = aliasOf(relation, column);
  const { table, alsoIn = [] } = (alias === undefined ? undefined : relation.joins[alias]) ?? relation;
  return { tables: [table, ...alsoIn], column: alias === undefined ? column : column.slice(alias.length + 1) };
}

/** Rows that stand in the place of a table's own, such as those that a row once was. */
export interface Instead {
  readonly base?: Sql;
  /** By alias; what stands in place of an optional table drops rows all the same. */
  readonly joins?: Readonly<Record<string, Sql>>;
}

/** FROM with the joins that are needed: all that drop rows, and the optional ones whose alias is in `used`. */
export function fromSql(source: SourceDeclaration, relation: Relation, used: ReadonlySet<string>, instead: Instead = {}): Sql {
  const parts: Sql[] = [sql`FROM ${instead.base ?? rowsSql(source, relation)} ${name("t")}`];
  const inner = Object.values(relation.joins).filter((joined) => joined.optional !== true);
  const needed = aliasesOf(
    relation,
    inner.flatMap((joined) => Object.values(joined.on)),
    new Set(used),
  );
  for (const [alias, { table, alsoIn = [], on, optional }] of Object.entries(relation.joins)) {
    if (optional === true && !needed.has(alias)) continue;
    const other = instead.joins?.[alias];
    const matches = Object.entries(on).map(([theirs, ours]) => sql`${name(`j_${alias}`, theirs)} = ${columnSql(source, relation, ours)}`);
    parts.push(
      sql`${raw(optional === true && other === undefined ? "LEFT JOIN" : "JOIN")} ${other ?? unionSql(source, [table, ...alsoIn], relation.joinColumns[alias] ?? [])} ${name(`j_${alias}`)} ON ${join(matches, " AND ")}`,
    );
  }
  return join(parts, " ");
}

function rowsSql(source: SourceDeclaration, relation: Relation): Sql {
  if (relation.args !== undefined)
    return sql`${tableSql(source, relation.table)}(${join(
      relation.args.map((arg) => sql`${arg}`),
      ", ",
    )})`;
  return unionSql(source, [relation.table, ...relation.alsoIn], relation.columns);
}

/** Tables with the same columns as one; their rows are disjoint, so nothing has to be made distinct. */
function unionSql(source: SourceDeclaration, tables: readonly string[], columns: readonly string[]): Sql {
  const [only] = tables;
  if (tables.length === 1 && only !== undefined) return tableSql(source, only);
  const list = join(
    columns.map((column) => name(column)),
    ", ",
  );
  return sql`(${join(
    tables.map((table) => sql`SELECT ${list} FROM ${tableSql(source, table)}`),
    " UNION ALL ",
  )})`;
}

/** Aliases of joins that a column or expression needs, those it is reached through included. */
export function aliasesOf(relation: Relation, columns: Iterable<ColumnSource>, into: Set<string> = new Set()): Set<string> {
  for (const column of columns) {
    if (typeof column !== "string") {
      aliasesOf(relation, column.columns, into);
      continue;
    }
    const alias = aliasOf(relation, column);
    const used = alias === undefined ? undefined : relation.joins[alias];
    if (alias === undefined || used === undefined || into.has(alias)) continue;
    into.add(alias);
    aliasesOf(relation, Object.values(used.on), into);
  }
  return into;
}

export function relationOf(binding: Binding): Relation {
  const named = new Set<string>([...binding.key, ...Object.keys(binding.where), ...accountColumns(binding.account)]);
  for (const used of Object.values(binding.joins)) for (const ours of Object.values(used.on)) named.add(ours);
  for (const expression of binding.only) addSource(named, expression);
  for (const conversion of Object.values(binding.fields)) for (const column of conversion.columns) addSource(named, column);
  return {
    table: binding.table,
    alsoIn: binding.alsoIn,
    ...(binding.args !== undefined && { args: binding.args }),
    joins: binding.joins,
    columns: ownColumns(named, binding.joins),
    joinColumns: Object.fromEntries(Object.entries(binding.joins).map(([alias, { on }]) => [alias, columnsOfAlias(named, alias, Object.keys(on))])),
  };
}

export function childRelation(children: ChildRows): Relation {
  const named = new Set<string>([...children.on.map(([child]) => child), ...Object.keys(children.where), ...children.sort]);
  for (const conversion of Object.values(children.fields)) for (const column of conversion.columns) addSource(named, column);
  return { table: children.table, alsoIn: children.alsoIn, joins: {}, columns: ownColumns(named, {}), joinColumns: {} };
}

function addSource(into: Set<string>, column: ColumnSource): void {
  if (typeof column === "string") into.add(column);
  else for (const inner of column.columns) if (!inner.includes("/")) into.add(inner);
}

function ownColumns(named: ReadonlySet<string>, joins: Relation["joins"]): readonly string[] {
  return [...named].filter((column) => aliasOf({ joins }, column) === undefined).sort();
}

function columnsOfAlias(named: ReadonlySet<string>, alias: string, on: readonly string[]): readonly string[] {
  const used = [...named].filter((column) => column.startsWith(`${alias}.`) && !column.includes("/")).map((column) => column.slice(alias.length + 1));
  return [...new Set([...on, ...used])].sort();
}

export function accountColumns(rule: AccountRule): readonly string[] {
  if (typeof rule === "string") return [rule];
  if (rule.kind === "any-of") return rule.rules.flatMap(accountColumns);
  return rule.kind === "shared" ? [] : [rule.column];
}

/** Every table and column the binding reads, by the names the bindings use: for the catalogue and for privileges. */
export function tablesOf(binding: Binding): ReadonlySet<string> {
  const tables = new Set([binding.table, ...binding.alsoIn, ...Object.values(binding.joins).flatMap((used) => [used.table, ...(used.alsoIn ?? [])])]);
  const fromExpressions = (expressions: Iterable<ColumnSource>): void => {
    for (const column of expressions)
      if (typeof column !== "string") for (const inner of column.columns) if (inner.includes("/")) tables.add(inner.slice(0, inner.indexOf("/")));
  };
  const fromFields = (fields: Iterable<AnyConversion>): void => {
    for (const conversion of fields) {
      fromExpressions(conversion.columns);
      if (conversion.children === undefined) continue;
      for (const table of [conversion.children.table, ...conversion.children.alsoIn]) tables.add(table);
      fromFields(Object.values(conversion.children.fields));
    }
  };
  fromExpressions(binding.only);
  fromFields(Object.values(binding.fields));
  return tables;
}

const expressionTypes: Readonly<Record<string, ColumnType>> = { text: "text", integer: "integer", decimal: "decimal", float: "float", boolean: "boolean" };

/** What is known of a column: from the catalogue, or from an expression's own declaration. */
export function columnInfo(source: SourceDeclaration, relation: Relation, catalog: Catalog, column: ColumnSource): ColumnInfo {
  if (typeof column !== "string") return expressionInfo(source, relation, catalog, column);
  const alias = aliasOf(relation, column);
  const used = alias === undefined ? undefined : relation.joins[alias];
  const own = alias === undefined ? column : column.slice(alias.length + 1);
  const { table, alsoIn = [] } = used ?? relation;
  const infoIn = (name: string): ColumnInfo | undefined => catalog.get(physicalName(source, name))?.get(own);
  const found = infoIn(table);
  if (found === undefined) return { type: "other", nullable: true, sqlType: "" };
  // An archive may be laxer than the table it was filled from, and an optional join finds nothing.
  const nullable = found.nullable || used?.optional === true || alsoIn.some((name) => infoIn(name)?.nullable !== false);
  return nullable === found.nullable ? found : { ...found, nullable };
}

/** An expression's text has the character set of the columns it is made of. */
function expressionInfo(source: SourceDeclaration, relation: Relation, catalog: Catalog, expression: Expression): ColumnInfo {
  const type = expressionType(expression);
  const info = { type, nullable: true, sqlType: "", computed: true } as const;
  if (type !== "text") return info;
  const infos = expression.columns.map((column) => {
    const slash = column.indexOf("/");
    return slash < 0 ? columnInfo(source, relation, catalog, column) : catalog.get(physicalName(source, column.slice(0, slash)))?.get(column.slice(slash + 1));
  });
  return infos.some((known) => known?.holds !== undefined) ? { ...info, holds: (text) => infos.every((known) => known?.holds?.(text) !== false) } : info;
}

function expressionType({ type }: Expression): ColumnType {
  return typeof type === "string" ? (expressionTypes[type] ?? "other") : "text";
}
