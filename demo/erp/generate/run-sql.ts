// Runs one SQL file of this demo against a connection.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClientBase } from "pg";

/** What stands for `:name` in a file, as SQL text: `"12"`, `"'01'"`. */
export type SqlValues = Readonly<Record<string, string>>;

/** Runs `file`, a path inside `demo/erp`, with every `:name` replaced. Casts (`::`) stay; an unknown name throws. */
export async function runSql(client: ClientBase, file: string, values: SqlValues = {}): Promise<void> {
  const text = await readFile(join(import.meta.dirname, "..", file), "utf8");
  await client.query(fill(text, values, file));
}

function fill(text: string, values: SqlValues, file: string): string {
  return text.replace(/(?<!:):([a-z][a-z0-9]*)\b/g, (_match, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file}: nothing stands for :${name}`);
    return value;
  });
}
