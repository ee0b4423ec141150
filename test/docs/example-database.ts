/** Databases for the guides' examples, on either dialect: their tables, their rows, and row types of what the catalogue says. */

import pg from "pg";
import { openSource } from "#gateway";
import { createMariadbDatabase } from "../support/mariadb.ts";
import { createDatabase } from "../support/postgres.ts";
import type { DialectName, Example } from "./examples.ts";

export interface ExampleDatabase {
  readonly open: ReturnType<typeof openSource>;
  /** TypeScript, by table. */
  readonly rowTypes: string;
  close(): Promise<void>;
}

/** The table of an example that names none, and the key of one that has none. */
export const defaults = { table: "example", key: "rowno" } as const;

/** What stands in the cells of a row that lies in another table. */
const elsewhere = "archived";

export function tableOf(example: Example): string {
  return /^\s*table: "(\w+)"/m.exec(example.binding)?.[1] ?? defaults.table;
}

function statementsOf(example: Example, dialect: DialectName): string {
  const table = tableOf(example);
  const nullable = (at: number): string => (example.rows.some(({ held }) => held[at] === "NULL") ? "" : " NOT NULL");
  const columns = example.columns.map((column, at) => `${column}${nullable(at)}`);
  const rows = example.rows.flatMap(({ held }, at) => (held[0] === elsewhere ? [] : [`INSERT INTO ${table} VALUES (${[at + 1, ...held].join(", ")})`]));
  const all = [...example.sql.map((sql) => sql.replace(/;\s*$/, "")), `CREATE TABLE ${table} (${[`${defaults.key} INTEGER NOT NULL PRIMARY KEY`, ...columns].join(", ")})`, ...rows].join(";\n");
  if (dialect === "mariadb") return `SET sql_mode = '';\n${all}`;
  return all
    .replaceAll(/\bBLOB\b/g, "BYTEA")
    .replaceAll(/\bDATETIME\b/g, "TIMESTAMP")
    .replaceAll(/\bX'([0-9A-F]*)'/g, "'\\x$1'");
}

const numbers = new Set(["smallint", "integer", "double precision", "real", "tinyint", "mediumint", "int", "double", "float"]);
const binaries = new Set(["bytea", "blob", "longblob"]);

/** `[table, column, type, nullable]`, as the driver gives the values. */
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

export async function databaseFor(example: Example, dialect: DialectName, mariadbUrl: string): Promise<ExampleDatabase> {
  const statements = statementsOf(example, dialect);
  if (dialect === "mariadb") {
    const database = await createMariadbDatabase(mariadbUrl);
    await database.run(statements);
    const open = openSource("mariadb", { url: database.url, ...limits });
    return {
      open,
      rowTypes: typesOf(await database.rows(catalogue("DATABASE()"))),
      async close() {
        await open.close();
        await database.drop();
      },
    };
  }
  const database = await createDatabase();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(statements);
    const { rows } = await client.query<unknown[]>({ text: catalogue("'public'"), rowMode: "array" });
    const open = openSource("postgres", { url: database.url, ...limits });
    return {
      open,
      rowTypes: typesOf(rows),
      async close() {
        await open.close();
        await database.drop();
      },
    };
  } finally {
    await client.end();
  }
}
