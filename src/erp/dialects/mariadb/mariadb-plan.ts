/** What MariaDB and MySQL plan for a statement, read from EXPLAIN FORMAT=JSON. */

import { Problem } from "#lib/problems.ts";
import type { ErpDatabase, Explaining, NotExplained, Plan, Scan, Statement } from "../dialect.ts";
import { isNotExplainable } from "./mariadb-errors.ts";

/** The optimizer is not told how to plan: what it would do with more rows is judged by the indexes, too. */
export async function explainMariadb(database: ErpDatabase, { text, values }: Statement, _how: Explaining): Promise<Plan | NotExplained> {
  try {
    const [row] = await database.query({ text: `EXPLAIN FORMAT=JSON ${text}`, values, unprepared: true });
    const written: unknown = row?.[0];
    return planOf(typeof written === "string" ? JSON.parse(written) : written);
  } catch (error) {
    const cause: unknown = error instanceof Problem ? error.cause : error;
    if (isNotExplainable(cause)) return { notExplained: "it reads a view, and this account may not look into it" };
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Nested as the server likes: tables stand under `table`, sorts are called `filesort`, subqueries `subqueries`. */
function planOf(written: unknown): Plan {
  const scans: Scan[] = [];
  let sorts = false;
  const visit = (value: unknown, perRow: boolean): void => {
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, perRow || (index > 0 && isJson(item) && "table" in item));
    if (!isJson(value)) return;
    if ("filesort" in value || value["using_filesort"] === true) sorts = true;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "table" && isJson(inner)) {
        const scan = scanOf(inner, perRow);
        if (scan !== undefined) scans.push(scan);
      }
      visit(inner, perRow || key.includes("subqueries"));
    }
  };
  visit(written, false);
  return { scans, sorts };
}

function scanOf(table: Json, perRow: boolean): Scan | undefined {
  const { table_name: name, access_type: access, used_key_parts: parts } = table;
  // `<derived2>` and `<union1,2>` are made of tables that have entries of their own.
  if (typeof name !== "string" || name.startsWith("<")) return undefined;
  const searched = access !== "ALL" && access !== "index" && Array.isArray(parts) ? parts.map(String) : [];
  return { table: name, access: access === "ALL" ? "whole" : "index", by: searched, perRow };
}
