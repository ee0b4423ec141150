/** Reads one resource: lists by keyset, single things by id, each with its child rows, always within the caller's accounts. */

import type { Known } from "#contract/certain.ts";
import type { ListQuery, Position } from "#contract/list-query.ts";
import type { Drift } from "../binding/conversion.ts";
import { encodeId } from "../binding/id.ts";
import type { BoundResource } from "../binding/source.ts";
import type { Catalog, Dialect, ErpDatabase, Rows, Statement } from "../dialects/dialect.ts";
import { type ReadContext, readChildren } from "./children.ts";
import { type Tagged, tagMaker } from "./entity-tag.ts";
import { knownOf, type RowTree } from "./rows.ts";
import { resourceStatements, type Shape } from "./statements.ts";

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
  /** Paths of fields that are null in one of the items: `confirmed_on`, `lines.net`. Members of groups are not told. */
  readonly nulls: ReadonlySet<string>;
}

/** The tag is made of all bound columns and child rows: the same for every contract version, field selection and scope. */
export interface Found extends Tagged {
  readonly item: Record<string, unknown>;
  /** As of a page. */
  readonly nulls: ReadonlySet<string>;
}

export interface Visible {
  /** Absent where no id can be one of this resource's. */
  readonly statement: Statement | undefined;
  /** The ids among them that it found. */
  found(rows: Rows): ReadonlySet<string>;
}

/** One thing, asked for in the round trip of the statement that makes or changes it. */
export interface ReadBack {
  readonly statements: readonly Statement[];
  /** What their rows tell. `id`: known at last. */
  found(caller: Omit<ReadCaller, "accounts">, id: string, rows: readonly Rows[], fields: readonly string[]): Promise<Found | undefined>;
}

export interface ResourceReader {
  /** What is certain of each field's values. */
  readonly known: Readonly<Record<string, Known | undefined>>;
  /** The source it reads from. */
  readonly source: string;
  list(caller: ReadCaller, query: ListQuery, after: Position | null): Promise<Page>;
  get(caller: ReadCaller, id: string, fields: readonly string[]): Promise<Found | undefined>;
  /** As `get`, behind another statement. `id`: undefined for what is only made by it. Undefined where the thing can only be asked for afterwards. */
  readBack(caller: Omit<ReadCaller, "database">, id: string | undefined): ReadBack | undefined;
  /** A thing whoever's it is: for the gateway's own looks at what partners wrote, never for an answer. */
  look(caller: Omit<ReadCaller, "accounts">, id: string, fields: readonly string[]): Promise<Record<string, unknown> | undefined>;
  /** Asks which of the ids lead to rows that the caller may see. */
  visible(caller: Omit<ReadCaller, "database">, ids: readonly string[]): Visible;
}

interface FoundTree {
  readonly tree: RowTree;
  /** Raw rows, for digests. */
  readonly children: readonly unknown[];
}

/** `tagSalt`: for tags that speak of single fields; without it, they are digests of the whole. */
export function resourceReader(resource: BoundResource, dialect: Dialect, tagSalt?: string): ResourceReader {
  const { contract, source, binding } = resource;
  const { listing, one, made, anyones, keys, width } = resourceStatements(resource, dialect);
  const tagOf = tagMaker(resource, tagSalt);

  function noteDrift(caller: Pick<ReadCaller, "drift">, id: () => string): Drift {
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

  const context = (caller: Omit<ReadCaller, "accounts">): ReadContext => ({ source, dialect, catalog: caller.catalog, database: caller.database });

  async function readOne(
    caller: Omit<ReadCaller, "accounts">,
    id: string,
    shape: Shape,
    statement: Statement | undefined,
    below?: readonly Statement[],
  ): Promise<FoundTree | undefined> {
    if (statement === undefined) return undefined;
    const together = below === undefined || below.length === 0 ? undefined : await caller.database.queryTogether?.([statement, ...below]);
    return treeOf(caller, id, shape, together ?? [await caller.database.query(statement)]);
  }

  /** `rows`: its own, and those of all levels right below it, or of none. */
  async function treeOf(
    caller: Omit<ReadCaller, "accounts">,
    id: string,
    shape: Shape,
    [rows = [], ...below]: readonly Rows[],
  ): Promise<FoundTree | undefined> {
    const [row] = rows;
    // A case-insensitive collation finds keys that only look alike; an id names exactly one thing.
    if (row === undefined || encodeId(row.slice(0, width)) !== id) return undefined;
    if (rows.length > 1) throw new Error(`${contract.name}: the key of the binding is not unique`);
    const tree: RowTree = { row, levels: [] };
    const children = await readChildren(context(caller), shape.children, [tree], below.length === 0 ? undefined : below);
    return { tree, children };
  }

  function foundOf(caller: Pick<ReadCaller, "drift">, id: string, shape: Shape, tree: FoundTree | undefined, fields: readonly string[]): Found | undefined {
    if (tree === undefined) return undefined;
    const nulls = new Set<string>();
    const drift = noteDrift(caller, () => id);
    return { item: pick(shape.read(tree.tree, drift, nulls), fields), nulls, ...tagOf(id, tree.tree, tree.children) };
  }

  return {
    known: { ...knownOf(binding.fields), id: { kind: "text" } },
    source: source.name,

    async list(caller, query, after) {
      const { shape, sorted, statement } = listing(caller, query, after);
      const rows = await caller.database.query(statement(after ?? []));

      const shown = rows.length > query.limit ? rows.slice(0, query.limit) : rows;
      let current: readonly unknown[] = [];
      const drift = noteDrift(caller, () => encodeId(current.slice(0, width)));
      // Objects are made when all rows are there: made before, they would outlive the wait for child rows, and be moved.
      const trees: RowTree[] = shown.map((row) => ({ row, levels: [] }));
      await readChildren(context(caller), shape.children, trees);
      const last = shown.at(-1);
      const nulls = new Set<string>();
      return {
        nulls,
        items: trees.map((tree) => {
          current = tree.row;
          return shape.read(tree, drift, nulls);
        }),
        next: rows.length > query.limit && last ? (last.slice(width, width + sorted) as Position) : null, // driver values of key and sort columns
      };
    },

    async get(caller, id, fields) {
      const { shape, statement, children } = one(caller, id);
      return foundOf(caller, id, shape, await readOne(caller, id, shape, statement, children), fields);
    },

    readBack(caller, id) {
      const { shape, statement, children } = id === undefined ? made(caller) : one(caller, id);
      if (statement === undefined || children === undefined) return undefined;
      return {
        statements: [statement, ...children],
        async found(reading, known, rows, fields) {
          return foundOf(reading, known, shape, await treeOf(reading, known, shape, rows), fields);
        },
      };
    },

    async look(caller, id, fields) {
      const { shape, statement } = anyones(caller.catalog, id, fields);
      const found = await readOne(caller, id, shape, statement);
      const drift = noteDrift(caller, () => id);
      return found && shape.read(found.tree, drift, new Set());
    },

    visible: (caller, ids) => ({
      statement: keys(caller, ids),
      found(rows) {
        const found = new Set(rows.map((row) => encodeId(row)));
        return new Set(ids.filter((id) => found.has(id)));
      },
    }),
  };
}

function pick(item: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const field of fields) picked[field] = item[field];
  return picked;
}
