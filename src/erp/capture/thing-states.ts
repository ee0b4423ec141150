/** States of things of one resource: as images in the `change` table tell them, and as they are now. */

import type { Item } from "#contract/captured.ts";
import { type ColumnSource, trimEnd } from "../binding/conversion.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import { type ErpValue, join, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Catalog, Dialect, ErpDatabase } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { planChildren } from "../read/child-statements.ts";
import { readChildren } from "../read/children.ts";
import { conditionSql, type Operand } from "../read/compare.ts";
import { keyConversion } from "../read/key-values.ts";
import type { DriftNote } from "../read/reader.ts";
import { accountColumns, aliasesOf, columnInfo, columnSql, fromSql, type Instead, relationOf } from "../read/relation.ts";
import { layOut, type RowTree, treeReader } from "../read/rows.ts";
import { accountsOf } from "./account-values.ts";
import { amongSql } from "./among.ts";
import { changeColumn, type ImageRows, sideColumn } from "./image-rows.ts";

/** What statements are asked of, and with. */
export interface CaptureContext {
  readonly database: Pick<ErpDatabase, "query" | "queryTogether">;
  readonly catalog: Catalog;
  readonly images: ImageRows;
  readonly drift: (note: DriftNote) => void;
  /** Changes in these tables that were noted behind those that are looked at. */
  readonly later?: (tables: readonly string[]) => Promise<readonly { readonly id: string; readonly relation: string }[]>;
}

export interface ThingState {
  /** Of an image: the change. Undefined: as it is now. */
  readonly change: string | undefined;
  /** Of an image: what was before the change, or after it. */
  readonly side: "before" | "after";
  /** Public id. */
  readonly id: string;
  /** Whether the row fulfils the conditions of the binding. */
  readonly present: boolean;
  readonly accounts: readonly string[] | "everyone";
  readonly tree: RowTree;
}

export interface ThingStates {
  /** Names of fields that are no child rows. */
  readonly ownFields: readonly string[];
  /** By the images of changes in `table`: the resource's own, or an archive of it. */
  ofRows(context: CaptureContext, table: string, changes: readonly string[]): Promise<readonly ThingState[]>;
  /** Of the things that rows of a joined table concern, with the images in that table's place; no more than `limit`. */
  through(context: CaptureContext, alias: string, table: string, changes: readonly string[], limit: number): Promise<readonly ThingState[]>;
  /** As they are now: those whose columns have one of these values. */
  now(context: CaptureContext, columns: readonly string[], tuples: readonly (readonly ErpValue[])[]): Promise<readonly ThingState[]>;
  /** Whether nothing that is read of the row itself differs. */
  looksAlike(a: ThingState | undefined, b: ThingState | undefined): boolean;
  /** Values of the row's columns that the child rows of `field` are tied to. */
  tieOf(state: ThingState, field: string): readonly unknown[];
  /** Reads the child rows of these, as they are now. */
  withChildren(context: CaptureContext, trees: readonly RowTree[]): Promise<void>;
  /** The thing as partners have it, with the child rows of `like` where it has none of its own. */
  item(context: CaptureContext, state: ThingState, like?: RowTree): Item;
}

export function thingStates({ contract, source, binding }: BoundResource, dialect: Dialect): ThingStates {
  const relation = relationOf(binding);
  const width = binding.key.length;
  const names = Object.keys(binding.fields);
  const { values, columns, childFields } = layOut(binding.fields, names, width, keyConversion(binding.key));
  const plans = childFields.map((child) => planChildren(source, dialect, child.name, child.at, child.rows));
  const read = treeReader(values, plans);
  const accounts = [...new Set(accountColumns(binding.account))];
  const presentAt = width + columns.length;
  const always: readonly ColumnSource[] = [...binding.key, ...columns, ...Object.keys(binding.where), ...accounts, ...binding.only];

  const listed = (sources: readonly ColumnSource[]): readonly Sql[] => sources.map((column) => columnSql(source, relation, column));

  /** `marks`: the change and the side. */
  function select(catalog: Catalog, marks: readonly [Sql, Sql], instead: Instead, also: readonly string[] = []): Sql {
    const used = aliasesOf(relation, [...always, ...also]);
    for (const alias of Object.keys(instead.joins ?? {})) used.add(alias);
    const list = [...listed(binding.key), ...listed(columns), sql`CASE WHEN ${present(catalog)} THEN 1 ELSE 0 END`, ...listed(accounts), ...marks];
    return sql`SELECT ${join(list, ", ")} ${fromSql(source, relation, used, instead)}`;
  }

  const operand = (catalog: Catalog, column: ColumnSource): Operand => ({
    sql: columnSql(source, relation, column),
    info: columnInfo(source, relation, catalog, column),
  });

  function present(catalog: Catalog): Sql {
    const conditions = Object.entries(binding.where).map(([column, condition]) => conditionSql(operand(catalog, column), condition));
    const all = [...conditions, ...listed(binding.only)];
    return all.length === 0 ? raw("TRUE") : join(all, " AND ");
  }

  async function ask({ database }: CaptureContext, statement: Sql): Promise<readonly ThingState[]> {
    const rows = await database.query({ ...write(statement, dialect), unprepared: true });
    return rows.map((row) => {
      const change = row[presentAt + 1 + accounts.length];
      return {
        change: change === null || change === undefined ? undefined : String(change),
        side: Number(row[presentAt + 2 + accounts.length]) === 0 ? "before" : "after",
        id: encodeId(row.slice(0, width)),
        present: Number(row[presentAt]) === 1,
        accounts: accountsOf(binding.account, (column) => row[presentAt + 1 + accounts.indexOf(column)]),
        tree: { row, levels: [] },
      };
    });
  }

  return {
    ownFields: names.filter((field) => binding.fields[field]?.children === undefined),

    ofRows: (context, table, changes) =>
      ask(context, select(context.catalog, [name("t", changeColumn), name("t", sideColumn)], { base: context.images.rows(table, changes) })),

    through(context, alias, table, changes, limit) {
      const from = `j_${alias}`;
      const marks = [name(from, changeColumn), name(from, sideColumn)] as const;
      const rows = select(context.catalog, marks, { joins: { [alias]: context.images.rows(table, changes) } });
      return ask(context, sql`${rows} LIMIT ${limit}`);
    },

    async now(context, tied, tuples) {
      const among = amongSql(
        tied.map((column) => operand(context.catalog, column)),
        tuples,
        dialect,
      );
      return among === undefined ? [] : ask(context, sql`${select(context.catalog, [raw("NULL"), raw("1")], {}, tied)} WHERE ${among}`);
    },

    looksAlike: (a, b) => a !== undefined && b !== undefined && a.tree.row.slice(0, presentAt).every((value, index) => isSame(value, b.tree.row[index])),

    tieOf(state, field) {
      const plan = plans.find((one) => one.name === field);
      return plan === undefined ? [] : state.tree.row.slice(plan.parentAt, plan.parentAt + plan.children.on.length);
    },

    async withChildren(context, trees) {
      await readChildren({ source, dialect, catalog: context.catalog, database: context.database }, plans, trees);
    },

    item(context, { id, tree }, like) {
      return read(
        { row: tree.row, levels: tree.levels.length > 0 || like === undefined ? tree.levels : like.levels },
        (conversion, from, why, value) =>
          context.drift({
            resource: contract.name,
            id,
            conversion,
            columns: from.map((column) => (typeof column === "string" ? column : `expression(${column.columns.join(", ")})`)).join(", "),
            why,
            ...(value !== undefined && { value }),
          }),
        new Set(),
      );
    },
  };
}

/** Values that tie rows together, as one text: padding tells nothing. Undefined where one is missing. */
export function tieText(values: readonly unknown[]): string | undefined {
  return values.some((value) => value === null || value === undefined) ? undefined : values.map((value) => trimEnd(String(value))).join("\u0000");
}

export function isSame(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array ? Buffer.compare(a, b) === 0 : a === b;
}
