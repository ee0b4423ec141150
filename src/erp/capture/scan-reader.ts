/** Reads a resource for a scan: pages of what rules watch, and whole things. */

import type { Item } from "#contract/captured.ts";
import type { Drift } from "../binding/conversion.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase, Rows } from "../dialects/dialect.ts";
import { readChildren } from "../read/children.ts";
import type { DriftNote } from "../read/reader.ts";
import type { RowTree } from "../read/rows.ts";
import { accountsOf } from "./account-values.ts";
import type { Accounts } from "./scan-records.ts";
import { type KeyPosition, type ScanSelection, scanStatements } from "./scan-statements.ts";

export interface ScanCaller {
  readonly database: ErpDatabase;
  readonly catalog: Catalog;
  readonly drift: (note: DriftNote) => void;
}

export interface ScannedThing {
  readonly id: string;
  readonly accounts: Accounts;
  readonly item: Item;
}

/** Where a page begins: in which of the tables, and behind which key. */
export interface ScanPosition {
  readonly table: number;
  readonly after: KeyPosition | null;
}

export interface ScanReader {
  /** `items` have the watched fields only. `next`: null at the end of the last table. */
  page(caller: ScanCaller, position: ScanPosition, limit: number): Promise<{ readonly things: readonly ScannedThing[]; readonly next: ScanPosition | null }>;
  /** Whole things. One that two rows claim to be is left out: it is on its way from one table to another. */
  things(caller: ScanCaller, ids: readonly string[]): Promise<ReadonlyMap<string, ScannedThing>>;
  /** Those that are there. */
  present(caller: ScanCaller, ids: readonly string[]): Promise<ReadonlySet<string>>;
}

export function scanReader(resource: BoundResource, watchedFields: readonly string[], dialect: Dialect): ScanReader {
  const { contract, source, binding } = resource;
  const { width, accountColumns, tables, watched, whole, ...statements } = scanStatements(resource, watchedFields, dialect);

  async function read(caller: ScanCaller, { read: readTree, children }: ScanSelection, rows: Rows): Promise<readonly ScannedThing[]> {
    const trees: RowTree[] = rows.map((row) => ({ row, levels: [] }));
    await readChildren({ source, dialect, catalog: caller.catalog, database: caller.database }, children, trees);
    return trees.map((tree) => {
      const id = encodeId(tree.row.slice(0, width));
      const accounts = accountsOf(binding.account, (column) => tree.row[width + accountColumns.indexOf(column)]);
      return { id, accounts, item: readTree(tree, drifting(caller, id), new Set()) };
    });
  }

  function drifting(caller: ScanCaller, id: string): Drift {
    return (conversion, columns, why, value) =>
      caller.drift({
        resource: contract.name,
        id,
        conversion,
        columns: columns.map((column) => (typeof column === "string" ? column : `expression(${column.columns.join(", ")})`)).join(", "),
        why,
        ...(value !== undefined && { value }),
      });
  }

  return {
    async page(caller, { table, after }, limit) {
      const name = tables[table];
      if (name === undefined) return { things: [], next: null };
      const rows = await caller.database.query(statements.page(caller.catalog, name, after, limit));
      const things = await read(caller, watched, rows);
      const last = rows.length < limit ? undefined : rows.at(-1);
      if (last !== undefined) return { things, next: { table, after: last.slice(0, width) as KeyPosition } }; // driver values of key columns
      return { things, next: table + 1 < tables.length ? { table: table + 1, after: null } : null };
    },
    async things(caller, ids) {
      const statement = statements.things(caller.catalog, ids);
      if (statement === undefined) return new Map();
      const found = new Map<string, ScannedThing>();
      const twice = new Set<string>();
      for (const thing of await read(caller, whole, await caller.database.query(statement))) {
        if (found.has(thing.id)) twice.add(thing.id);
        found.set(thing.id, thing);
      }
      for (const id of twice) found.delete(id);
      // A case-insensitive collation finds keys that only look alike.
      const asked = new Set(ids);
      return new Map([...found].filter(([id]) => asked.has(id)));
    },
    async present(caller, ids) {
      const statement = statements.keys(caller.catalog, ids);
      if (statement === undefined) return new Set();
      const found = new Set((await caller.database.query(statement)).map((row) => encodeId(row)));
      return new Set(ids.filter((id) => found.has(id)));
    },
  };
}
