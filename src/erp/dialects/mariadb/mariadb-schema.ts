/** Reads a MariaDB or MySQL database from `information_schema`, which shows an account what it has any right to. */

import { type ColumnFacts, foreignKeysOf, indexesOf, literalDefault, type RowType, type SchemaReader, type TableFacts } from "../schema-reader.ts";
import { columnTypes } from "./mariadb-dialect.ts";

const tables = `
SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT, TABLE_ROWS
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')`;

/** `PRIVILEGES` says what this account may do with the column. */
const columns = `
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_SCALE, IS_NULLABLE, COLUMN_DEFAULT, COLUMN_COMMENT, PRIVILEGES
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE())
ORDER BY TABLE_NAME, ORDINAL_POSITION`;

/** An index over the first characters of a column neither orders nor tells apart its values. */
const indexes = `
SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE = 0, INDEX_NAME = 'PRIMARY', CASE WHEN SUB_PART IS NULL THEN COLUMN_NAME END
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND INDEX_TYPE = 'BTREE'
ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`;

const foreignKeys = `
SELECT TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND REFERENCED_TABLE_SCHEMA = TABLE_SCHEMA
ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION`;

/** What `mariadb-connection.ts` makes of each type; every other one stays text. JSON and geometries the driver takes apart. */
const rowTypes: Readonly<Record<string, RowType>> = {
  tinyint: "number",
  smallint: "number",
  mediumint: "number",
  int: "number",
  year: "number",
  bit: "number",
  float: "number",
  double: "number",
  binary: "Uint8Array",
  varbinary: "Uint8Array",
  tinyblob: "Uint8Array",
  blob: "Uint8Array",
  mediumblob: "Uint8Array",
  longblob: "Uint8Array",
  json: "unknown",
  geometry: "unknown",
  point: "unknown",
};

export const mariadbSchema: SchemaReader = {
  scattered: null,
  async readSchema(database, schema) {
    const read = (text: string) => database.query({ text, values: [schema ?? null] });
    const listed = await read(tables);
    const byTable = new Map<string, ColumnFacts[]>();
    for (const row of await read(columns)) byTable.set(String(row[0]), [...(byTable.get(String(row[0])) ?? []), columnOf(row)]);
    const booleans = (rows: readonly (readonly unknown[])[]) =>
      rows.map(([table, name, unique, primary, column]) => [table, name, Number(unique) === 1, Number(primary) === 1, column]);
    const indexesByTable = indexesOf(booleans(await read(indexes)));
    const keysByTable = foreignKeysOf(await read(foreignKeys));
    return new Map(
      listed
        .map(([table, kind, comment, estimate]): TableFacts => {
          const name = String(table);
          const own = byTable.get(name) ?? [];
          return {
            name,
            kind: kind === "VIEW" ? "view" : "table",
            comment: kind === "VIEW" ? "" : String(comment ?? ""),
            estimatedRows: estimate === null ? undefined : Number(estimate),
            readable: own.some(({ readable }) => readable),
            columns: own,
            indexes: indexesByTable.get(name) ?? [],
            foreignKeys: keysByTable.get(name) ?? [],
          };
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((facts) => [facts.name, facts]),
    );
  },
  readCommonValues: async () => new Map(),
};

function columnOf([, name, dataType, declared, length, scale, nullable, expression, comment, privileges]: readonly unknown[]): ColumnFacts {
  const type = columnTypes[String(dataType)] ?? "other";
  // MySQL gives the literal itself, MariaDB an expression with its quotes.
  const defaultValue = literalDefault(expression) ?? (typeof expression === "string" && /^[\d: -]+$/.test(expression) ? expression : undefined);
  return {
    name: String(name),
    type,
    rowType: rowTypes[String(dataType)] ?? "string",
    declared: String(declared),
    // The server takes the padding off a CHAR before anybody sees it.
    padded: dataType === "char",
    ...(type === "text" && length !== null && { length: Number(length) }),
    ...(type === "decimal" && scale !== null && { scale: Number(scale) }),
    ...(dataType === "enum" && { labels: enumLabels(String(declared)) }),
    nullable: nullable === "YES",
    ...(defaultValue !== undefined && { defaultValue }),
    comment: String(comment ?? ""),
    readable: String(privileges).includes("select"),
  };
}

/** `enum('a','it''s')` */
function enumLabels(declared: string): readonly string[] {
  return [...declared.matchAll(/'((?:[^']|'')*)'/g)].map(([, label = ""]) => label.replaceAll("''", "'"));
}
