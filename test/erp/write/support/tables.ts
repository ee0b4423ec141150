/** A database of each kind with the gateway's own tables in it, and a way to run statements there as a write does. */
import { randomBytes } from "node:crypto";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import type { SourceDeclaration } from "#erp/binding/source.ts";
import type { Dialect, Rows, Statement } from "#erp/dialects/dialect.ts";
import { mariadbDialect } from "#erp/dialects/mariadb/mariadb-dialect.ts";
import { postgresDialect } from "#erp/dialects/postgres/postgres-dialect.ts";
import { bodySeal } from "#erp/write/body-seal.ts";
import { footprintStatements } from "#erp/write/footprint.ts";
import { createMariadbDatabase, type MariadbDatabase } from "../../../support/mariadb.ts";
import { createDatabase, type TestDatabase } from "../../../support/postgres.ts";
import { describeWith } from "../../../support/requires.ts";

export interface Tables {
  readonly source: SourceDeclaration;
  readonly dialect: Dialect;
  readonly url: () => string;
  query(statement: Statement): Promise<Rows>;
  /** How many rows changed. */
  execute(statement: Statement): Promise<number>;
  /** As the ERP's own programs do. */
  erp(text: string): Promise<void>;
}

export const secret = randomBytes(32);
export const seal = bodySeal({ current: secret, previous: [] });

/** Runs the same tests on Postgres and on MariaDB. */
export function onBoth(name: string, erp: { readonly postgres: string; readonly mariadb: string }, body: (tables: Tables) => void): void {
  describe(`${name}, on Postgres`, () => body(postgresTables(erp.postgres)));
  describeWith("mariadb", `${name}, on MariaDB`, (at) => body(mariadbTables(at, erp.mariadb)));
}

function postgresTables(ddl: string): Tables {
  const source: SourceDeclaration = { name: "erp", dialect: "postgres" };
  let database: TestDatabase | undefined;
  let client: pg.Client | undefined;
  beforeAll(async () => {
    database = await createDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    if (ddl !== "") await client.query(ddl);
    for (const text of footprintStatements(source)) await client.query(text);
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });
  const run = async ({ text, values }: Statement) => await opened(client).query<unknown[]>({ text, values: [...values], rowMode: "array" });
  return {
    source,
    dialect: postgresDialect,
    url: () => opened(database).url,
    query: async (statement) => (await run(statement)).rows,
    execute: async (statement) => (await run(statement)).rowCount ?? 0,
    erp: async (text) => void (await opened(client).query(text)),
  };
}

function mariadbTables(at: string, ddl: string): Tables {
  const source: SourceDeclaration = { name: "erp", dialect: "mariadb" };
  let database: MariadbDatabase | undefined;
  let client: mysql.Connection | undefined;
  beforeAll(async () => {
    database = await createMariadbDatabase(at);
    client = await mysql.createConnection({ uri: database.url, rowsAsArray: true, supportBigNumbers: true, bigNumberStrings: true });
    if (ddl !== "") await database.run(ddl);
    for (const text of footprintStatements(source)) await client.query(text);
  });
  afterAll(async () => {
    await client?.end();
    await database?.drop();
  });
  const valuesOf = (statement: Statement) =>
    statement.values.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : (value as string | number | null)));
  return {
    source,
    dialect: mariadbDialect,
    url: () => opened(database).url,
    query: async (statement) => (await opened(client).query<mysql.RowDataPacket[][]>(statement.text, valuesOf(statement)))[0],
    execute: async (statement) => (await opened(client).query<mysql.ResultSetHeader>(statement.text, valuesOf(statement)))[0].affectedRows,
    erp: async (text) => void (await opened(client).query(text)),
  };
}

function opened<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("not open yet");
  return value;
}
