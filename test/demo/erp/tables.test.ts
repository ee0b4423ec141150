/** The row types agree with the catalogue, column by column. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Meridian, openMeridian } from "./meridian.ts";

let erp: Meridian;
beforeAll(async () => {
  erp = await openMeridian();
});
afterAll(() => erp.close());

const source = new URL("../../../demo/erp/tables.ts", import.meta.url);

const typeOf: Readonly<Record<string, string>> = {
  bpchar: "string",
  varchar: "string",
  text: "string",
  int2: "number",
  int4: "number",
  int8: "string",
  numeric: "string",
  float8: "number",
  date: "string",
  timestamp: "string",
  bool: "boolean",
  bytea: "Uint8Array",
};

// Columns of tables and views, then those of set-returning functions, which the standard view does not list.
const catalogue = `
  SELECT c.relname AS row_of, a.attname AS name, t.typname AS type, NOT a.attnotnull AS nullable
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
   WHERE c.relkind IN ('r', 'v') AND c.relnamespace = 'public'::regnamespace
  UNION ALL
  SELECT p.proname, o.name, t.typname, true
    FROM pg_proc p
    CROSS JOIN unnest(p.proargnames, p.proargmodes, p.proallargtypes) AS o (name, mode, type)
    JOIN pg_type t ON t.oid = o.type
   WHERE p.proretset AND o.mode = 't' AND p.pronamespace = 'public'::regnamespace`;

interface Column {
  readonly row_of: string;
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** `TABLE.COLUMN` to the type written for it. The file has one column a line, as generated files do. */
async function written(): Promise<Map<string, string>> {
  const types = new Map<string, string>();
  let table = "";
  for (const line of (await readFile(source, "utf8")).split("\n")) {
    table = /^ {2}"?(\w+)"?: \{$/.exec(line)?.[1] ?? table;
    const [, name, type] = /^ {4}(\w+): (.+);$/.exec(line) ?? [];
    if (name && type) types.set(`${table}.${name}`, type);
  }
  return types;
}

/** The base type of what is written: a union of literals is a string. */
function base(type: string): string {
  return type.replace(/( \| )?null$/, "").replace(/^"[^"]*"( \| "[^"]*")*$/, "string");
}

test("every column is there, with its type and whether it can be NULL, and no other", async () => {
  const { rows } = await erp.client.query<Column>(catalogue);
  const expected = rows.map((row) => [`${row.row_of}.${row.name}`, `${typeOf[row.type]}${row.nullable ? " | null" : ""}`] as const);
  const found = [...(await written())].map(([key, type]) => [key, base(type) + (type.endsWith("| null") ? " | null" : "")] as const);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
});

test("a column written as a union of codes holds no other code, dirty rows aside", async () => {
  const tables = new Set((await erp.client.query<Column>(catalogue)).rows.map((row) => row.row_of));
  for (const [key, type] of await written()) {
    const [table = "", column = ""] = key.split(".");
    const codes = [...type.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? "");
    if (codes.length === 0 || table === "OE_OPEN_LINES" || !tables.has(table)) continue;
    const clean = table === "OEHDR" ? `WHERE "ORDNO" > '0000100000'` : "";
    const { rows } = await erp.client.query<{ code: string | null }>(`SELECT DISTINCT trim("${column}") AS code FROM "${table}" ${clean}`);
    const unknown = rows.map((row) => row.code).filter((code) => code !== null && !codes.includes(code));
    expect(unknown, key).toEqual([]);
  }
});

test("there are at least 28 tables, each with a planted secret, and no foreign key", async () => {
  const { tables, secrets, foreign } = await erp.one<{ tables: number; secrets: number; foreign: number }>(`
    SELECT count(*)::INTEGER AS tables,
           count(*) FILTER (WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'XSECRT'))::INTEGER AS secrets,
           (SELECT count(*)::INTEGER FROM pg_constraint WHERE contype = 'f') AS foreign
      FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`);
  expect(tables).toBeGreaterThanOrEqual(28);
  expect(secrets).toBe(tables);
  expect(foreign).toBe(0);
});
