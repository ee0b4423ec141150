/** How Postgres writes and describes what the engine needs. */

import { databaseEncoding } from "../character-sets.ts";
import type { Catalog, ColumnInfo, ColumnType, Dialect } from "../dialect.ts";
import { postgresMadeKeys } from "./made-key.ts";
import { ownSchema } from "./own-schema.ts";
import { postgresStatementError } from "./postgres-errors.ts";
import { postgresIndexes } from "./postgres-indexes.ts";
import { explainPostgres } from "./postgres-plan.ts";

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
 * A domain is what it stands on. What this account may not read is left out, as MariaDB does. `$1` is the schema or NULL for the search path's first.
 */
const describe = `
WITH RECURSIVE named AS (
  SELECT 1 AS rank, c.relname AS relation, a.attname AS name, a.atttypid AS type, a.atttypmod AS modifier, NOT a.attnotnull AS nullable
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname = COALESCE($1, ${ownSchema}) AND c.relname = ANY($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND has_column_privilege(c.oid, a.attnum, 'SELECT')
  UNION ALL
  SELECT 2, p.proname, arg.name, arg.type, -1, TRUE
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) AS arg(name, type, mode)
  WHERE n.nspname = COALESCE($1, ${ownSchema}) AND p.proname = ANY($2) AND p.proretset AND arg.mode IN ('t', 'o')
  UNION ALL
  SELECT 2, p.proname, a.attname, a.atttypid, a.atttypmod, TRUE
  FROM pg_catalog.pg_proc p
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_catalog.pg_type r ON r.oid = p.prorettype AND r.typrelid <> 0
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE n.nspname = COALESCE($1, ${ownSchema}) AND p.proname = ANY($2) AND p.proretset
), resolved AS (
  SELECT * FROM named
  UNION ALL
  SELECT r.rank, r.relation, r.name, d.typbasetype, d.typtypmod, r.nullable AND NOT d.typnotnull
  FROM resolved r JOIN pg_catalog.pg_type d ON d.oid = r.type AND d.typtype = 'd'
)
SELECT r.rank, r.relation, r.name, t.typname, r.nullable, CASE t.typname WHEN 'bpchar' THEN 'bpchar' ELSE format_type(t.oid, NULL) END,
  information_schema._pg_char_max_length(t.oid, r.modifier),
  CASE t.typname WHEN 'numeric' THEN information_schema._pg_numeric_precision(t.oid, r.modifier) END,
  CASE t.typname WHEN 'numeric' THEN information_schema._pg_numeric_scale(t.oid, r.modifier) END,
  CASE WHEN t.typname LIKE 'timestamp%' THEN information_schema._pg_datetime_precision(t.oid, r.modifier) END,
  getdatabaseencoding()
FROM resolved r JOIN pg_catalog.pg_type t ON t.oid = r.type
WHERE t.typtype <> 'd'
ORDER BY r.rank`;

export const postgresDialect: Dialect = {
  name: "postgres",
  quote: (identifier) => `"${identifier.replaceAll('"', '""')}"`,
  placeholder: (index) => `$${index}`,
  listOperator: "= ANY",
  nullsAreHighest: true,
  comparesTuples: true,
  readsFromFunctions: true,
  locksByAlias: true,
  madeKeys: postgresMadeKeys,
  statementError: postgresStatementError,
  async describe(database, schema, tables): Promise<Catalog> {
    const rows = await database.query({ text: describe, values: [schema ?? null, tables] });
    const relations = new Set(rows.flatMap(([rank, table]) => (rank === 1 ? [String(table)] : [])));
    const catalog = new Map<string, Map<string, ColumnInfo>>();
    const holds = databaseEncoding(String(rows[0]?.[10] ?? "UTF8")); // one for the whole database
    for (const [rank, table, column, typname, nullable, sqlType, length, precision, scale, fraction] of rows) {
      if (rank !== 1 && relations.has(String(table))) continue; // a relation wins over a function of the same name
      const bits = integerBits[String(typname)];
      const type = columnTypes[String(typname)] ?? "other";
      const columns = catalog.get(String(table)) ?? new Map<string, ColumnInfo>();
      columns.set(String(column), {
        type,
        nullable: nullable === true,
        sqlType: String(sqlType),
        ...(bits !== undefined && { max: 2n ** bits - 1n, min: -(2n ** bits) }),
        ...(typeof length === "number" && { length }),
        ...(typeof precision === "number" && typeof scale === "number" && { precision, scale }),
        ...(typeof fraction === "number" && { fraction }),
        ...(type === "text" && holds !== undefined && { holds }),
      });
      catalog.set(String(table), columns);
    }
    return catalog;
  },
  explainsByIndexes: true,
  explain: explainPostgres,
  indexes: postgresIndexes,
};
