/** Changes of child rows: which of them a resource shows at all, and which parents they belong to. */

import type { ChildRows, ColumnSource } from "../binding/conversion.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { type ErpValue, join, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, Dialect } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { conditionSql } from "../read/compare.ts";
import { childRelation, columnInfo, columnSql, fromSql } from "../read/relation.ts";
import { layOut } from "../read/rows.ts";
import { amongSql } from "./among.ts";
import { changeColumn, sideColumn } from "./image-rows.ts";
import { type CaptureContext, isSame, tieText } from "./thing-states.ts";

/** A change, and what ties it to a row of the resource itself: values of the columns that the first level hangs on. */
export interface TiedChange {
  readonly change: string;
  readonly tie: readonly ErpValue[];
}

/** `levels`: from the one below the resource to that of `table`. */
export async function childChanges(
  context: CaptureContext,
  { source, dialect }: { readonly source: SourceDeclaration; readonly dialect: Dialect },
  levels: readonly ChildRows[],
  table: string,
  changes: readonly string[],
): Promise<readonly TiedChange[]> {
  const rows = levels.at(-1);
  if (rows === undefined) return [];
  const relation = childRelation(rows);
  const ties = rows.on.map(([child]) => child);
  const { columns } = layOut(rows.fields, Object.keys(rows.fields), 0);
  const shown: readonly ColumnSource[] = [...ties, ...columns, ...rows.sort];
  const list = [
    name("t", changeColumn),
    name("t", sideColumn),
    sql`CASE WHEN ${conditions(source, context.catalog, rows)} THEN 1 ELSE 0 END`,
    ...shown.map((column) => columnSql(source, relation, column)),
  ];
  const statement = sql`SELECT ${join(list, ", ")} ${fromSql(source, relation, new Set(), { base: context.images.rows(table, changes) })}`;
  const images = await context.database.query({ ...write(statement, dialect), unprepared: true });

  const sides = new Map<string, (readonly unknown[])[]>();
  for (const [change, , present, ...values] of images) if (Number(present) === 1) sides.set(String(change), [...(sides.get(String(change)) ?? []), values]);
  const tied: TiedChange[] = [];
  for (const [change, [first = [], second]] of sides) {
    // Both sides are shown, and look alike: what changed is of no concern here.
    if (second !== undefined && first.every((value, index) => isSame(value, second[index]))) continue;
    for (const values of second === undefined ? [first] : [first, second]) tied.push({ change, tie: values.slice(0, ties.length) as ErpValue[] }); // driver values of key columns
  }
  return climb(context, { source, dialect }, levels.slice(0, -1), tied, rows);
}

/** From a lower level to the first: what its rows are tied to are rows of the level above. */
async function climb(
  context: CaptureContext,
  at: { readonly source: SourceDeclaration; readonly dialect: Dialect },
  above: readonly ChildRows[],
  tied: readonly TiedChange[],
  below: ChildRows,
): Promise<readonly TiedChange[]> {
  const parents = above.at(-1);
  if (parents === undefined || tied.length === 0) return tied;
  const { source, dialect } = at;
  const relation = childRelation(parents);
  const hung = below.on.map(([, parent]) => parent);
  const own = parents.on.map(([child]) => child);
  const operands = hung.map((column) => ({ sql: columnSql(source, relation, column), info: columnInfo(source, relation, context.catalog, column) }));
  const among = amongSql(
    operands,
    tied.map(({ tie }) => tie),
    dialect,
  );
  if (among === undefined) return [];
  const list = join(
    [...hung, ...own].map((column) => columnSql(source, relation, column)),
    ", ",
  );
  const found = await context.database.query({
    ...write(sql`SELECT ${list} ${fromSql(source, relation, new Set())} WHERE ${among} AND ${conditions(source, context.catalog, parents)}`, dialect),
    unprepared: true,
  });
  const byTie = new Map<string, (readonly ErpValue[])[]>();
  for (const row of found) {
    const key = tieText(row.slice(0, hung.length));
    if (key !== undefined) byTie.set(key, [...(byTie.get(key) ?? []), row.slice(hung.length) as ErpValue[]]); // driver values of key columns
  }
  const higher = tied.flatMap(({ change, tie }) => (byTie.get(tieText(tie) ?? "") ?? []).map((up) => ({ change, tie: up })));
  return climb(context, at, above.slice(0, -1), higher, parents);
}

function conditions(source: SourceDeclaration, catalog: Catalog, rows: ChildRows): Sql {
  const relation = childRelation(rows);
  const all = Object.entries(rows.where).map(([column, condition]) =>
    conditionSql({ sql: columnSql(source, relation, column), info: columnInfo(source, relation, catalog, column) }, condition),
  );
  return all.length === 0 ? raw("TRUE") : join(all, " AND ");
}
