/** Introspects a database the way the command does, with a database that remembers every statement it was sent. */

import type { ErpDatabase } from "#erp/dialects/dialect.ts";
import type { TableFacts } from "#erp/dialects/schema-reader.ts";
import type { Findings } from "#erp/introspect/draft.ts";
import { introspect, readTables } from "#erp/introspect/introspect.ts";
import { openSource } from "#gateway";

export interface Introspected {
  readonly findings: Findings;
  readonly catalogue: ReadonlyMap<string, TableFacts>;
  readonly statements: readonly string[];
}

export interface RunOptions {
  readonly rows?: number;
  readonly schema?: string;
  readonly existing?: ReadonlyMap<string, string>;
  readonly tablePrefix?: string;
}

/** `tables`: names, or `TABLE=resource`. */
export async function runIntrospect(dialect: "postgres" | "mariadb", url: string, tables: readonly string[], options: RunOptions = {}): Promise<Introspected> {
  const opened = openSource(dialect, {
    url,
    maxConnections: 1,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    prepare: false,
    applicationName: "sluice introspect",
  });
  const statements: string[] = [];
  const database: ErpDatabase = {
    query: (statement) => {
      statements.push(statement.text);
      return opened.query(statement);
    },
  };
  try {
    const place = { dialect, database, schema: options.schema, tablePrefix: options.tablePrefix ?? "" };
    const catalogue = await readTables(place);
    const findings = await introspect({
      ...place,
      tables: catalogue,
      wanted: tables.map((text) => ({ table: text.split("=")[0] ?? "", resource: text.split("=")[1] })),
      existing: options.existing ?? new Map(),
      rows: options.rows ?? 1_000,
      pause: async () => undefined,
      onProgress: () => undefined,
    });
    return { findings, catalogue, statements };
  } finally {
    await opened.close();
  }
}
