/** A depot of each kind with triggers in it, somebody who works in the ERP, and what is captured of that. */
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import type { Captured } from "#contract/captured.ts";
import { capturedTables } from "#erp/capture/captured-tables.ts";
import { type TriggerCaptureParts, triggerCapture } from "#erp/capture/trigger-capture.ts";
import { installTriggers } from "#erp/capture/triggers.ts";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import type { Catalog } from "#erp/dialects/dialect.ts";
import { dialects } from "#erp/dialects/dialects.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { physicalName, tablesOf } from "#erp/read/relation.ts";
import { installFootprint } from "#erp/write/footprint/install.ts";
import type { CaptureSource } from "#events/capture-source.ts";
import { createMariadbDatabase } from "../../../support/mariadb.ts";
import { createDatabase } from "../../../support/postgres.ts";
import { describeWith } from "../../../support/requires.ts";
import { type DepotWrap, depot, depotTables } from "./depot.ts";

/** A connection of the ERP's own. */
export interface Worker {
  run(...statements: readonly string[]): Promise<void>;
  rows(statement: string): Promise<readonly (readonly unknown[])[]>;
  end(): Promise<void>;
}

export interface Noted {
  readonly swept: string[];
  readonly drifts: string[];
  readonly unreadable: { readonly table: string; readonly change: string; readonly reason: string }[];
  readonly waiting: string[];
}

export interface Capturing {
  readonly dialect: "postgres" | "mariadb";
  readonly wrap: DepotWrap;
  readonly url: () => string;
  /** Name of the table of changes, as SQL writes it. */
  readonly changes: string;
  readonly noted: Noted;
  /** The one who does all that has no need of a connection of its own. */
  erp(): Worker;
  connect(url?: string): Promise<Worker>;
  /** As the gateway's own connections are. */
  open(options?: Partial<ConnectionOptions>): OpenDatabase & Required<Pick<OpenDatabase, "transact">>;
  catalog(): Promise<Catalog>;
  source(parts?: Partial<TriggerCaptureParts>): CaptureSource;
  /** Takes all there is from the queue, and has it forgotten. */
  drain(limit?: number): Promise<readonly Captured[]>;
}

export function onEach(name: string, body: (depot: Capturing) => void): void {
  describe(`${name}, on Postgres`, () => body(capturing("postgres", () => createDatabase())));
  describeWith("mariadb", `${name}, on MariaDB`, (at) => body(capturing("mariadb", () => createMariadbDatabase(at))));
}

function capturing(dialect: "postgres" | "mariadb", create: () => Promise<{ readonly url: string; drop(): Promise<void> }>): Capturing {
  const wrap = depot(dialect);
  const noted: Noted = { swept: [], drifts: [], unreadable: [], waiting: [] };
  const toEnd: (() => Promise<unknown>)[] = [];
  let database: Awaited<ReturnType<typeof create>> | undefined;
  let worker: Worker | undefined;
  let gateway: ReturnType<Capturing["open"]> | undefined;

  const url = (): string => database?.url ?? "";
  const open: Capturing["open"] = (options) => {
    const opening = dialect === "postgres" ? openPostgres : openMariadb;
    const limits = { maxConnections: 2, acquireTimeoutMs: 5_000, statementTimeoutMs: 10_000, lockTimeoutMs: 2_000 };
    const pool = opening({ url: url(), ...limits, prepare: true, applicationName: "test", ...options });
    toEnd.push(() => pool.close());
    const { transact } = pool;
    if (transact === undefined) throw new Error("no transactions");
    return { ...pool, transact };
  };
  const connect = async (at = url()): Promise<Worker> => {
    const made = await (dialect === "postgres" ? postgresWorker : mariadbWorker)(at);
    toEnd.push(made.end);
    return made;
  };

  beforeAll(async () => {
    database = await create();
    worker = await connect();
    await worker.run(...depotTables(dialect));
    gateway = open();
    await installFootprint(wrap.source, gateway);
    const installed = await installTriggers(wrap.source, capturedTables(wrap.resources), gateway);
    if (installed.kind === "denied") throw new Error(installed.said);
  }, 60_000);
  afterAll(async () => {
    for (const end of toEnd) await end();
    await database?.drop();
  });

  const tables = [...new Set(wrap.resources.flatMap(({ binding }) => [...tablesOf(binding)]))].map((table) => physicalName(wrap.source, table));
  const catalog = (): Promise<Catalog> => dialects[dialect].describe(gateway ?? open(), undefined, tables);
  const source: Capturing["source"] = (parts) =>
    triggerCapture({
      source: wrap.source,
      environment: "live",
      dialect: dialects[dialect],
      resources: wrap.resources,
      run: async (work) => work(gateway ?? open(), await catalog()),
      now: Date.now,
      sweep: async (resource, why) => void noted.swept.push(`${resource} ${why}`),
      say: {
        drift: ({ resource, id, why }) => noted.drifts.push(`${resource} ${id}: ${why}`),
        unreadable: (about) => noted.unreadable.push(about),
        waits: ({ resource, reason }) => noted.waiting.push(`${resource}: ${reason}`),
      },
      ...parts,
    });
  const shared = source();
  return {
    dialect,
    wrap,
    url,
    changes: dialect === "postgres" ? "sluice.change" : "sluice_change",
    noted,
    erp: () => {
      if (worker === undefined) throw new Error("not open yet");
      return worker;
    },
    connect,
    open,
    catalog,
    source,
    async drain(limit = 1_000) {
      const captured: Captured[] = [];
      for (;;) {
        const batch = await shared.next(limit);
        captured.push(...batch.captured);
        await batch.recorded();
        if (!batch.more) return captured;
      }
    },
  };
}

async function postgresWorker(url: string): Promise<Worker> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    run: async (...statements) => {
      for (const text of statements) await client.query(text);
    },
    rows: async (text) => (await client.query({ text, rowMode: "array" })).rows,
    end: () => client.end(),
  };
}

async function mariadbWorker(url: string): Promise<Worker> {
  const connection = await mysql.createConnection({ uri: url, charset: "utf8mb4" });
  return {
    run: async (...statements) => {
      for (const text of statements) await connection.query(text);
    },
    rows: async (text) => (await connection.query<mysql.RowDataPacket[][]>({ sql: text, rowsAsArray: true }))[0],
    end: () => connection.end(),
  };
}
