/** Reads a bound resource from a test file's own Postgres, the way the gateway does, and counts the statements. */
import pg from "pg";
import { afterAll, beforeAll } from "vitest";
import type { Filter, ListQuery, Position } from "#contract/list-query.ts";
import type { BoundResource } from "#erp/binding/source.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Statement } from "#erp/dialects/dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { type DriftNote, type Found, resourceReader } from "#erp/read/reader.ts";
import { physicalName, tablesOf } from "#erp/read/relation.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres.ts";

export type Item = Readonly<Record<string, unknown>>;

export interface Query {
  readonly filters?: readonly Filter[];
  /** As in a URL: `["placed_on", "-total"]`. */
  readonly sort?: readonly string[];
  readonly limit?: number;
  readonly fields?: readonly string[];
}

export interface Reading {
  /** One page. */
  list(
    resource: BoundResource,
    accounts: readonly string[],
    query?: Query,
    after?: Position | null,
  ): Promise<{ readonly items: readonly Item[]; readonly next: Position | null; readonly nulls: ReadonlySet<string> }>;
  /** All pages after one another. Positions travel as JSON, as they do in a cursor. */
  walk(resource: BoundResource, accounts: readonly string[], query?: Query): Promise<readonly Item[]>;
  get(resource: BoundResource, accounts: readonly string[], id: string): Promise<Found | undefined>;
  /** Statements sent and values that did not fit, since the last call. */
  took(): { readonly statements: readonly Statement[]; readonly drift: readonly DriftNote[] };
  /** As the ERP's own programs do: on another connection, which may write. */
  erp(sql: string, values?: readonly unknown[]): Promise<pg.QueryArrayResult<unknown[]>>;
}

/** A database with the tables of `ddl`, for the tests of the calling file. */
export function readingFrom(ddl: string): Reading {
  let database: TestDatabase | undefined;
  let writer: pg.Client | undefined;
  let pool: OpenDatabase | undefined;
  let statements: Statement[] = [];
  let drift: DriftNote[] = [];
  const catalogs = new Map<BoundResource, Catalog>();

  beforeAll(async () => {
    database = await createDatabase();
    writer = new pg.Client({ connectionString: database.url });
    await writer.connect();
    await writer.query(ddl);
    pool = openPostgres({
      url: database.url,
      maxConnections: 3,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 1_000,
      prepare: true,
      applicationName: "test",
    });
  });
  afterAll(async () => {
    await pool?.close();
    await writer?.end();
    await database?.drop();
  });

  const fieldsOf = (resource: BoundResource): readonly string[] => ["id", ...Object.keys(resource.binding.fields)];

  async function reader(resource: BoundResource, accounts: readonly string[]) {
    const open = pool;
    if (open === undefined) throw new Error("no database yet");
    const tables = [...tablesOf(resource.binding)].map((table) => physicalName(resource.source, table));
    const catalog = catalogs.get(resource) ?? (await postgresDialect.describe(open, resource.source.schema, tables));
    catalogs.set(resource, catalog);
    const counted = {
      query: (statement: Statement) => {
        statements.push(statement);
        return open.query(statement);
      },
    };
    return {
      resource: resourceReader(resource, postgresDialect, "a salt"),
      caller: { database: counted, catalog, accounts, drift: (note: DriftNote) => void drift.push(note) },
    };
  }

  const reading: Reading = {
    async list(resource, accounts, query = {}, after = null) {
      const { resource: rows, caller } = await reader(resource, accounts);
      return rows.list(caller, listQuery(query, fieldsOf(resource)), after);
    },
    async walk(resource, accounts, query = {}) {
      const { resource: rows, caller } = await reader(resource, accounts);
      const items: Item[] = [];
      let after: Position | null = null;
      do {
        const page: { readonly items: readonly Item[]; readonly next: Position | null } = await rows.list(caller, listQuery(query, fieldsOf(resource)), after);
        items.push(...page.items);
        after = page.next === null ? null : JSON.parse(JSON.stringify(page.next));
      } while (after !== null);
      return items;
    },
    async get(resource, accounts, id) {
      const { resource: rows, caller } = await reader(resource, accounts);
      return rows.get(caller, id, fieldsOf(resource));
    },
    took() {
      const taken = { statements, drift };
      statements = [];
      drift = [];
      return taken;
    },
    async erp(sql, values = []) {
      if (writer === undefined) throw new Error("no database yet");
      return writer.query<unknown[]>({ text: sql, values: [...values], rowMode: "array" });
    },
  };
  return reading;
}

export function listQuery({ filters = [], sort = [], limit = 200, fields }: Query, all: readonly string[]): ListQuery {
  return {
    filters,
    limit,
    fields: fields ?? all,
    sort: sort.map((path) => (path.startsWith("-") ? { path: path.slice(1), descending: true } : { path, descending: false })),
  };
}

export function filter(path: string, ...values: readonly string[]): Filter {
  return { path, operator: "eq", values };
}

export function range(path: string, operator: "gt" | "gte" | "lt" | "lte", value: string): Filter {
  return { path, operator, values: [value] };
}
