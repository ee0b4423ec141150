/** A small ERP that is scanned, on either database, and a store that remembers it. */

import { sql } from "kysely";
import mysql from "mysql2/promise";
import pg from "pg";
import { code, date, defineContract, defineSource, integer, lines, type Source, sharedWithEveryPartner, sum, text, wire, z } from "sluice";
import type { Captured } from "#contract/captured.ts";
import type { BoundResource, DialectName } from "#erp/binding/source.ts";
import { type Scan, type ScanParts, scan } from "#erp/capture/scan.ts";
import { scanPace } from "#erp/capture/scan-pace.ts";
import type { ScanPlace, ScanRecords } from "#erp/capture/scan-records.ts";
import type { OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog, Dialect } from "#erp/dialects/dialect.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { physicalName, tablesOf } from "#erp/read/relation.ts";
import { connectStore, type Store } from "#store/connect.ts";
import { scanRecords } from "#store/scans.ts";
import { createMariadbDatabase } from "../../support/mariadb.ts";
import { createDatabase, gatewayTables } from "../../support/postgres.ts";

export interface Tables {
  HDR: { NO: string; CO: string; CUS: string; DEL: string; ST: string; CNF: number; NOTE: string };
  ARC: Tables["HDR"];
  LIN: { CO: string; NO: string; SEQ: number; ITM: string; QTY: number };
  STK: { ITM: string; WHS: string; OH: number; AL: number };
}

const header =
  "(no char(6) NOT NULL, co char(2) NOT NULL DEFAULT '01', cus char(4) NOT NULL, del char(1) NOT NULL DEFAULT ' ', st char(2) NOT NULL DEFAULT '10', cnf int NOT NULL DEFAULT 0, note varchar(40) NOT NULL DEFAULT '', PRIMARY KEY (co, no))";

/** Names in upper case, as the row types have them. */
const ddl = (q: (name: string) => string): readonly string[] => [
  `CREATE TABLE ${q("HDR")} ${header.replaceAll(/\b(no|co|cus|del|st|cnf|note)\b/g, (name) => q(name.toUpperCase()))}`,
  `CREATE TABLE ${q("ARC")} ${header.replaceAll(/\b(no|co|cus|del|st|cnf|note)\b/g, (name) => q(name.toUpperCase()))}`,
  `CREATE TABLE ${q("LIN")} (${q("CO")} char(2) NOT NULL DEFAULT '01', ${q("NO")} char(6) NOT NULL, ${q("SEQ")} int NOT NULL, ${q("ITM")} char(4) NOT NULL, ${q("QTY")} int NOT NULL, PRIMARY KEY (${q("CO")}, ${q("NO")}, ${q("SEQ")}))`,
  `CREATE TABLE ${q("STK")} (${q("ITM")} varchar(6) NOT NULL, ${q("WHS")} char(2) NOT NULL, ${q("OH")} int NOT NULL, ${q("AL")} int NOT NULL, PRIMARY KEY (${q("ITM")}, ${q("WHS")}))`,
];

export const orders = defineContract({
  name: "orders",
  singular: "order",
  team: "t",
  summary: "s",
  model: z.object({
    id: wire.id(),
    customer: z.string(),
    status: z.enum(["entered", "shipped", "cancelled"]),
    confirmed_on: wire.date().nullable(),
    note: z.string().nullable(),
    lines: z.array(z.object({ no: z.int(), item: z.string(), quantity: z.int() })),
  }),
  reads: { get: { scope: "orders:read" } },
  events: (on) => ({
    "order.placed": on.created(),
    "order.shipped": on.changed("status", { to: "shipped" }),
    "order.confirmed": on.changed("confirmed_on"),
    "order.lines_changed": on.changed("lines"),
    "order.removed": on.deleted(),
  }),
});

export const stock = defineContract({
  name: "stock",
  singular: "stock_level",
  team: "t",
  summary: "s",
  model: z.object({ id: wire.id(), item: z.string(), available: z.int() }),
  reads: { get: { scope: "stock:read" } },
  events: (on) => ({ "stock_level.changed": on.changed("available") }),
});

type Footprint = "none" | "receipts" | "full";

export function bindAll(dialect: DialectName, footprint: Footprint = "none", codes: "usual" | "other" = "usual"): readonly BoundResource[] {
  const erp: Source<Tables> = defineSource<Tables>({ name: "erp", dialect, footprint });
  const words = { "10": "entered", "50": "shipped", "90": "cancelled" } as const;
  return [
    erp.bind(orders, {
      table: "HDR",
      alsoIn: ["ARC"],
      key: "NO",
      account: "CUS",
      where: { CO: "01", DEL: { not: "D" } },
      fields: {
        customer: text("CUS"),
        status: code("ST", codes === "usual" ? words : { ...words, "10": "shipped" }),
        confirmed_on: date("CNF", { nullWhen: [0] }),
        note: text("NOTE", { nullWhen: [""] }),
        lines: lines("LIN", { CO: "CO", NO: "NO" }, { no: integer("SEQ"), item: text("ITM"), quantity: integer("QTY") }, { sort: ["SEQ"] }),
      },
    }),
    erp.bind(stock, {
      table: "STK",
      key: ["ITM", "WHS"],
      account: sharedWithEveryPartner("for the test"),
      fields: { item: text("ITM"), available: integer(sum("integer", "OH", "-AL")) },
    }),
  ];
}

export interface Scanned {
  readonly dialect: Dialect;
  readonly erp: OpenDatabase;
  readonly store: Store;
  readonly records: ScanRecords;
  readonly url: string;
  /** As the ERP's own programs do. Names are written without quotes. */
  run(statement: string): Promise<void>;
  /** The same, of a statement that is complete. */
  runAsIs(statement: string): Promise<void>;
  /** Forgets all rows, and all that is remembered. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

const limits = { maxConnections: 4, acquireTimeoutMs: 5_000, statementTimeoutMs: 10_000, lockTimeoutMs: 2_000, prepare: true, applicationName: "test" };

/** `mariadbAt`: the server to make a database on; without it, one on Postgres. */
export async function openScanned(mariadbAt?: string): Promise<Scanned> {
  const tables = await createDatabase(gatewayTables);
  const store = connectStore({ url: tables.url, poolSize: 4, timeoutMs: 10_000, onBrokenConnection: () => undefined });
  const erp = mariadbAt === undefined ? await onPostgres() : await onMariadb(mariadbAt);
  for (const statement of ddl(erp.quote)) await erp.write(statement);
  const run = async (statement: string): Promise<void> => erp.write(quoted(statement, erp.quote));
  return {
    dialect: erp.dialect,
    erp: erp.pool,
    url: erp.url,
    store,
    records: scanRecords(() => store),
    run,
    runAsIs: erp.write,
    async empty() {
      for (const table of ["HDR", "ARC", "LIN", "STK"]) await run(`DELETE FROM ${table}`);
      await sql`DELETE FROM sluice.scanned_things`.execute(store);
      await sql`DELETE FROM sluice.scans`.execute(store);
    },
    async close() {
      await erp.pool.close();
      await erp.end();
      await store.destroy();
      await tables.drop();
    },
  };
}

const names = /\b(HDR|ARC|LIN|STK|NO|CO|CUS|DEL|ST|CNF|NOTE|SEQ|ITM|QTY|WHS|OH|AL)\b/g;

function quoted(statement: string, quote: (name: string) => string): string {
  // Texts stay as they are.
  return statement
    .split("'")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll(names, (name) => quote(name)) : part))
    .join("'");
}

async function onPostgres() {
  const database = await createDatabase();
  const writer = new pg.Client({ connectionString: database.url });
  await writer.connect();
  return {
    dialect: dialects.postgres,
    pool: openPostgres({ url: database.url, ...limits }),
    url: database.url,
    quote: (name: string) => `"${name}"`,
    write: async (statement: string) => void (await writer.query(statement)),
    async end() {
      await writer.end();
      await database.drop();
    },
  };
}

async function onMariadb(at: string) {
  const database = await createMariadbDatabase(at);
  const writer = await mysql.createConnection({ uri: database.url, charset: "utf8mb4", multipleStatements: true });
  return {
    dialect: dialects.mariadb,
    pool: openMariadb({ url: database.url, ...limits }),
    url: database.url,
    quote: (name: string) => `\`${name}\``,
    write: async (statement: string) => void (await writer.query(statement)),
    async end() {
      await writer.end();
      await database.drop();
    },
  };
}

export const place: ScanPlace = { source: "erp", environment: "live" };

export type HeldNote = Parameters<ScanParts["say"]["held"]>[0];

export async function catalogOf({ dialect, erp }: Pick<Scanned, "dialect" | "erp">, resources: readonly BoundResource[]): Promise<Catalog> {
  const tables = resources.flatMap(({ source, binding }) => [...tablesOf(binding)].map((table) => physicalName(source, table)));
  return dialect.describe(erp, undefined, [...new Set(tables)]);
}

/** A scan without pauses, as fast as it goes, beside no triggers. */
export async function scanOf(
  { dialect, erp, records }: Scanned,
  resources: readonly BoundResource[],
  more: Partial<ScanParts> & { readonly held?: HeldNote[] } = {},
): Promise<Scan> {
  const catalog = await catalogOf({ dialect, erp }, resources);
  const { held = [], ...parts } = more;
  return scan({
    place,
    dialect,
    resources,
    records,
    atSource: (work) => work(erp, catalog),
    pace: { ...scanPace({ rowsPerSecond: 1_000_000 }, performance.now.bind(performance)), isReady: () => true },
    betweenPassesMs: () => 0,
    goneAfterMs: 0,
    now: Date.now,
    say: { drift: () => undefined, held: (about) => void held.push(about) },
    ...parts,
  });
}

/** Steps until each resource has been gone through once more; what was found, all of it recorded. */
export async function pass(one: Scan, { records }: Pick<Scanned, "records">, resources: readonly BoundResource[], limit = 1_000): Promise<readonly Captured[]> {
  const found: Captured[] = [];
  // A pass that is underway has not seen what was written behind it.
  const wanted = new Map((await records.states(place)).map(({ resource, passes, phase }) => [resource, passes + (phase === "waiting" ? 1 : 2)]));
  for (let steps = 0; steps < 10_000; steps += 1) {
    const batch = await one.next(limit);
    found.push(...batch.captured);
    await batch.recorded();
    const states = await records.states(place);
    const isDone = ({ contract }: BoundResource): boolean => {
      const state = states.find(({ resource }) => resource === contract.name);
      return state !== undefined && state.passes >= (wanted.get(contract.name) ?? 1);
    };
    if (resources.every(isDone)) return found;
  }
  throw new Error("the pass does not end");
}

/** What was found, in short. */
export function told(found: readonly Captured[]): readonly string[] {
  return found.map(({ resource, id, operation, changed }) => `${resource} ${id} ${operation}${changed.size > 0 ? ` ${[...changed].join(",")}` : ""}`).sort();
}
