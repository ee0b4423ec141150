/** A database of each kind with the gateway's footprint in it, opened as the gateway opens it. */
import { afterAll, beforeAll, describe } from "vitest";
import type { SourceDeclaration } from "#erp/binding/source.ts";
import type { ConnectionOptions, OpenDatabase } from "#erp/dialects/connection.ts";
import type { Dialect, Rows } from "#erp/dialects/dialect.ts";
import { openMariadb } from "#erp/dialects/mariadb/mariadb-connection.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { openPostgres } from "#erp/dialects/postgres/postgres-connection.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { createMariadbDatabase } from "../../../support/mariadb.ts";
import { createDatabase } from "../../../support/postgres.ts";
import { describeWith } from "../../../support/requires.ts";

export interface Erp {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  /** Names of the footprint's tables as they are written in SQL. */
  table(name: "footprint" | "receipt" | "operation"): string;
  open(options?: Partial<ConnectionOptions>): OpenDatabase & Required<Pick<OpenDatabase, "transact">>;
  /** As the ERP itself does. */
  run(text: string): Promise<void>;
  rows(text: string): Promise<Rows>;
}

interface Opened {
  readonly url: string;
  drop(): Promise<void>;
}

/** Runs the same tests on Postgres and on MariaDB, in an empty database each. */
export function onEach(name: string, body: (erp: Erp) => void): void {
  describe(`${name}, on Postgres`, () => body(erpOf("postgres", () => createDatabase())));
  describeWith("mariadb", `${name}, on MariaDB`, (at) => body(erpOf("mariadb", () => createMariadbDatabase(at))));
}

function erpOf(dialect: "postgres" | "mariadb", create: () => Promise<Opened>): Erp {
  let database: Opened | undefined;
  const opened: OpenDatabase[] = [];
  const source: SourceDeclaration = { name: "erp", dialect };
  const openDatabase = dialect === "postgres" ? openPostgres : openMariadb;
  const open: Erp["open"] = (options) => {
    const pool = openDatabase({
      url: database?.url ?? "",
      maxConnections: 2,
      acquireTimeoutMs: 5_000,
      statementTimeoutMs: 10_000,
      lockTimeoutMs: 2_000,
      prepare: true,
      applicationName: "test",
      ...options,
    });
    opened.push(pool);
    const { transact } = pool;
    if (transact === undefined) throw new Error("no transactions");
    return { ...pool, transact };
  };
  let own: ReturnType<Erp["open"]> | undefined;
  beforeAll(async () => {
    database = await create();
    own = open();
  });
  afterAll(async () => {
    for (const pool of opened) await pool.close();
    await database?.drop();
  });
  const run = async (text: string): Promise<void> => {
    await own?.transact((transaction) => transaction.commit([{ text, values: [], unprepared: true }]));
  };
  return {
    source,
    dialect: dialect === "postgres" ? postgresDialect : mariadbDialect,
    table: (name) => (dialect === "postgres" ? `sluice.${name}` : `sluice_${name}`),
    open,
    run,
    rows: async (text) => (await own?.query({ text, values: [], unprepared: true })) ?? [],
  };
}
