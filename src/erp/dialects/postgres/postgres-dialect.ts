/** How Postgres writes and describes what the engine needs. */

import type { Catalog, ColumnInfo, ColumnType, Dialect } from "../dialect.ts";

/** `pg_type.typname` to the engine's types. */
export const columnTypes: Readonly<Record<string, ColumnType>> = {
  bpchar: "text",
  varchar: "text",
  text: "text",
  name: "text",
  citext: "text",
  char: "text",
  uuid: "other",
  int2: "integer",
  int4: "integer",
  int8: "integer",
  numeric: "decimal",
  money: "other",
  float4: "float",
  float8: "float",
  bool: "boolean",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamp",
  bytea: "binary",
};

const integerBits: Readonly<Record<string, bigint>> = { int2: 15n, int4: 31n, int8: 63n };

/**
 * Columns of relations and, for functions that return rows, of their result: the `proargmodes` `t` and `o` name them.
 * A function may return the rows of a table, whose columns are its own. `character` alone would mean one character.
 * A relation wins over a function of the same name. `$1` is the schema or NULL for the search path's first.
 */
const describe = `
SELECT c.relname, a.attname, t.typname, NOT a.attnotnull, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(a.atttypid, NULL) END
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = COALESCE($1, current_schema()) AND c.relname = ANY($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT p.proname, arg.name, t.typname, TRUE, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(t.oid, NULL) END
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) AS arg(name, type, mode)
JOIN pg_catalog.pg_type t ON t.oid = arg.type
WHERE n.nspname = COALESCE($1, current_schema()) AND p.proname = ANY($2) AND p.proretset AND arg.mode IN ('t', 'o')
UNION ALL
SELECT p.proname, a.attname, t.typname, TRUE, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(a.atttypid, NULL) END
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type r ON r.oid = p.prorettype AND r.typrelid <> 0
JOIN pg_catalog.pg_attribute a ON a.attrelid = r.typrelid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE n.nspname = COALESCE($1, current_schema()) AND p.proname = ANY($2) AND p.proretset`;

export const postgresDialect: Dialect = {
  name: "postgres",
  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  placeholder: (index) => `$${index}`,
  listOperator: "= ANY",
  nullsAreHighest: true,
  comparesTuples: true,
  readsFromFunctions: true,
  async describe(database, schema, tables): Promise<Catalog> {
    const rows = await database.query({ text: describe, values: [schema ?? null, tables] });
    const catalog = new Map<string, Map<string, ColumnInfo>>();
    for (const [table, column, typname, nullable, sqlType] of rows) {
      const bits = integerBits[String(typname)];
      const columns = catalog.get(String(table)) ?? new Map<string, ColumnInfo>();
      columns.set(String(column), {
        type: columnTypes[String(typname)] ?? "other",
        nullable: nullable === true,
        sqlType: String(sqlType),
        ...(bits !== undefined && { max: 2n ** bits - 1n, min: -(2n ** bits) }),
      });
      catalog.set(String(table), columns);
    }
    return catalog;
  },
};
