/** Databases for the guides' examples, on either dialect: their tables, their rows, and row types of what the catalogue says. */

import pg from "pg";
import { openSource } from "#gateway";
import { createMariadbDatabase } from "../support/mariadb.ts";
import { createDatabase } from "../support/postgres.ts";
import type { DialectName, Example } from "./examples.ts";

export interface ExampleDatabase {
  readonly open: ReturnType<typeof openSource>;
  /** Where the example's tables are, apart from those of the others; undefined where the database is its own. */
  readonly schema: string | undefined;
  /** TypeScript, by table. */
  readonly rowTypes: string;
}

export interface ExampleDatabases {
  add(example: Example): Promise<ExampleDatabase>;
  close(): Promise<void>;
}

/** The table of an example that names none, and the key of one that has none. */
export const defaults = { table: "example", key: "rowno" } as const;

/** What stands in the cells of a row that lies in another table. */
const elsewhere = "archived";

function statementsOf(example: Example): string {
  const table = /^\s*table: "(\w+)"/m.exec(example.binding)?.[1] ?? defaults.table;
  const nullable = (at: number): string => (example.rows.some(({ held }) => held[at] === "NULL") ? "" : " NOT NULL");
  const columns = [`${defaults.key} INTEGER NOT NULL PRIMARY KEY`, ...example.columns.map((column, at) => `${column}${nullable(at)}`)];
  const rows = example.rows.flatMap(({ held }, at) => (held[0] === elsewhere ? [] : [`INSERT INTO ${table} VALUES (${[at + 1, ...held].join(", ")})`]));
  return [...example.sql.map((sql) => sql.replace(/;\s*$/, "")), `CREATE TABLE ${table} (${columns.join(", ")})`, ...rows].join(";\n");
}

/** The pages write the words of MariaDB where the two differ. */
function inPostgres(statements: string): string {
  return statements
    .replaceAll(/\bBLOB\b/g, "BYTEA")
    .replaceAll(/\bDATETIME\b/g, "TIMESTAMP")
    .replaceAll(/\bX'([0-9A-F]*)'/g, "'\\x$1'");
}

const numbers = new Set(["smallint", "integer", "double precision", "real", "tinyint", "mediumint", "int", "double", "float"]);
const binaries = new Set(["bytea", "blob", "longblob"]);

/** Of `[table, column, type, nullable]`: what the driver gives. */
function typesOf(rows: readonly (readonly unknown[])[]): string {
  const tables = new Map<string, string[]>();
  for (const [table, column, type, nullable] of rows) {
    const name = String(type).toLowerCase();
    const value = numbers.has(name) ? "number" : binaries.has(name) ? "Uint8Array" : name === "boolean" ? "boolean" : "string";
    const columns = tables.get(String(table)) ?? [];
    columns.push(`${column}: ${value}${nullable === "YES" ? " | null" : ""}`);
    tables.set(String(table), columns);
  }
  return [...tables].map(([table, columns]) => `  ${table}: { ${columns.join("; ")} };`).join("\n");
}

const catalogue = (schema: string): string =>
  `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = ${schema} ORDER BY table_name, ordinal_position`;

const limits = { maxConnections: 2, acquireTimeoutMs: 5_000, statementTimeoutMs: 5_000, lockTimeoutMs: 1_000, prepare: true, applicationName: "test" };

export async function exampleDatabases(dialect: DialectName, mariadbUrl: string): Promise<ExampleDatabases> {
  return dialect === "postgres" ? postgresDatabases() : mariadbDatabases(mariadbUrl);
}

/** One database, a schema for each example. */
async function postgresDatabases(): Promise<ExampleDatabases> {
  const database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const open = openSource("postgres", { url: database.url, ...limits });
  let count = 0;
  return {
    async add(example) {
      count += 1;
      const schema = `example_${count}`;
      await client.query(`CREATE SCHEMA ${schema}; SET search_path TO ${schema}; ${inPostgres(statementsOf(example))}`);
      const { rows } = await client.query<unknown[]>({ text: catalogue(`'${schema}'`), rowMode: "array" });
      return { open, schema, rowTypes: typesOf(rows) };
    },
    async close() {
      await open.close();
      await client.end();
      await database.drop();
    },
  };
}

/** A database for each example: there are no schemas. */
function mariadbDatabases(url: string): ExampleDatabases {
  const closing: (() => Promise<void>)[] = [];
  return {
    async add(example) {
      const database = await createMariadbDatabase(url);
      const open = openSource("mariadb", { url: database.url, ...limits });
      closing.push(async () => {
        await open.close();
        await database.drop();
      });
      await database.run(`SET sql_mode = '';\n${statementsOf(example)}`);
      return { open, schema: undefined, rowTypes: typesOf(await database.rows(catalogue("DATABASE()"))) };
    },
    async close() {
      for (const close of closing) await close();
    },
  };
}
