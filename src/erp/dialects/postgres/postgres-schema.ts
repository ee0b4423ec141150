/** Reads a Postgres schema from the catalogue, which every role may read. */

import { type ColumnFacts, foreignKeysOf, indexesOf, literalDefault, type RowType, type SchemaReader, type TableFacts } from "../schema-reader.ts";
import { ownSchema } from "./own-schema.ts";
import { columnTypes } from "./postgres-dialect.ts";

/** Tables, views and foreign tables; neither partitions, whose parent is read, nor what an extension brought along. */
const relations = `
SELECT c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, obj_description(c.oid, 'pg_class'),
       CASE WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'm') THEN c.reltuples::BIGINT END,
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION ALL
SELECT p.proname, 'function', obj_description(p.oid, 'pg_proc'), NULL, has_function_privilege(p.oid, 'EXECUTE')
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND p.proretset AND p.prokind = 'f' AND ('t' = ANY(p.proargmodes) OR 'o' = ANY(p.proargmodes))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')`;

/** A domain is what it is made of. */
const columns = `
SELECT c.relname, a.attname, COALESCE(b.typname, t.typname),
       format_type(COALESCE(NULLIF(t.typbasetype, 0), a.atttypid), CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END),
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid),
       col_description(c.oid, a.attnum), has_column_privilege(c.oid, a.attnum, 'SELECT'),
       (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
ORDER BY c.relname, a.attnum`;

const functionColumns = `
SELECT p.proname, arg.name, t.typname, format_type(t.oid, NULL), -1, TRUE, NULL, NULL, TRUE, NULL
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
CROSS JOIN LATERAL unnest(p.proargnames, p.proallargtypes, p.proargmodes) WITH ORDINALITY AS arg(name, type, mode, position)
JOIN pg_catalog.pg_type t ON t.oid = arg.type
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND p.proretset AND arg.mode IN ('t', 'o')
ORDER BY p.proname, arg.position`;

/** Only B-trees serve an order, and only those that are finished and hold every row. */
const indexes = `
SELECT c.relname, i.relname, x.indisunique, x.indisprimary, a.attname
FROM pg_catalog.pg_index x
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = i.relam AND m.amname = 'btree'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(x.indkey::SMALLINT[]) WITH ORDINALITY AS part(attnum, position)
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = part.attnum AND part.attnum > 0
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND x.indisvalid AND x.indpred IS NULL AND part.position <= x.indnkeyatts
ORDER BY c.relname, x.indisprimary DESC, i.relname, part.position`;

const foreignKeys = `
SELECT c.relname, k.conname, a.attname, f.relname, b.attname
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_class f ON f.oid = k.confrelid AND f.relnamespace = c.relnamespace
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY AS part(ours, theirs, position)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = part.ours
JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = part.theirs
WHERE n.nspname = COALESCE($1, ${ownSchema}) AND k.contype = 'f'
ORDER BY c.relname, k.conname, part.position`;

/** Shows a role only what it may read in the table itself. */
const commonValues = `
SELECT attname, array_to_json(most_common_vals::TEXT::TEXT[])
FROM pg_catalog.pg_stats
WHERE schemaname = COALESCE($1, ${ownSchema}) AND tablename = $2 AND most_common_vals IS NOT NULL AND cardinality(most_common_vals::TEXT::TEXT[]) <= 100`;

/** What `postgres-connection.ts` makes of each type; every other one stays text. */
const rowTypes: Readonly<Record<string, RowType>> = {
  int2: "number",
  int4: "number",
  float4: "number",
  float8: "number",
  bool: "boolean",
  bytea: "Uint8Array",
};

export const postgresSchema: SchemaReader = {
  scattered: (percent) => ` TABLESAMPLE SYSTEM (${percent.toFixed(6)})`,
  async readSchema(database, schema) {
    const read = (text: string) => database.query({ text, values: [schema ?? null] });
    const tables = await read(relations);
    const described = [...(await read(columns)), ...(await read(functionColumns))];
    const byTable = new Map<string, ColumnFacts[]>();
    for (const row of described) {
      const known = byTable.get(String(row[0])) ?? [];
      byTable.set(String(row[0]), known);
      // An overloaded function repeats its columns.
      if (!known.some(({ name }) => name === row[1])) known.push(columnOf(row));
    }
    const indexesByTable = indexesOf(await read(indexes));
    const keysByTable = foreignKeysOf(await read(foreignKeys));
    const found = new Map<string, TableFacts>();
    for (const [table, kind, comment, estimate, readable] of tables) {
      const name = String(table);
      if (found.has(name)) continue;
      found.set(name, {
        name,
        kind: kind === "function" ? "function" : kind === "view" ? "view" : "table",
        comment: String(comment ?? ""),
        estimatedRows: estimate === null ? undefined : Number(estimate),
        readable: readable === true,
        columns: byTable.get(name) ?? [],
        indexes: indexesByTable.get(name) ?? [],
        foreignKeys: keysByTable.get(name) ?? [],
      });
    }
    return found;
  },
  async readCommonValues(database, schema, table) {
    const rows = await database.query({ text: commonValues, values: [schema ?? null, table] });
    return new Map(rows.map(([column, values]) => [String(column), textsOf(values)]));
  },
};

function textsOf(json: unknown): readonly string[] {
  const parsed: unknown = JSON.parse(String(json));
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function columnOf([, name, typname, declared, modifier, nullable, expression, comment, readable, labels]: readonly unknown[]): ColumnFacts {
  const type = columnTypes[String(typname)] ?? "other";
  const typmod = Number(modifier);
  const defaultValue = literalDefault(expression);
  return {
    name: String(name),
    type,
    rowType: rowTypes[String(typname)] ?? "string",
    declared: String(declared),
    padded: typname === "bpchar",
    // `typmod` holds the length plus the 4 bytes of a header; of NUMERIC, the scale in its lower bits (11, signed).
    ...(type === "text" && typmod > 4 && { length: typmod - 4 }),
    ...(type === "decimal" && typmod > 4 && { scale: (typmod - 4) & 0x7ff }),
    ...(labels !== null && labels !== undefined && { labels: textsOf(labels) }),
    nullable: nullable === true,
    ...(defaultValue !== undefined && { defaultValue }),
    comment: String(comment ?? ""),
    readable: readable === true,
  };
}
