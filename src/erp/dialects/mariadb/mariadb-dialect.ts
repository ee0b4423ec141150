/** How MariaDB and MySQL write and describe what the engine needs. */

import type { Catalog, ColumnInfo, ColumnType, Dialect } from "../dialect.ts";
import { characterSet } from "./character-sets.ts";

/** `information_schema.COLUMNS.DATA_TYPE` to the engine's types. */
export const columnTypes: Readonly<Record<string, ColumnType>> = {
  char: "text",
  varchar: "text",
  tinytext: "text",
  text: "text",
  mediumtext: "text",
  longtext: "text",
  enum: "text",
  tinyint: "integer",
  smallint: "integer",
  mediumint: "integer",
  int: "integer",
  bigint: "integer",
  year: "integer",
  bit: "integer",
  decimal: "decimal",
  float: "float",
  double: "float",
  date: "date",
  datetime: "timestamp",
  timestamp: "timestamp",
  binary: "binary",
  varbinary: "binary",
  tinyblob: "binary",
  blob: "binary",
  mediumblob: "binary",
  longblob: "binary",
};

const integerBits: Readonly<Record<string, bigint>> = { tinyint: 7n, smallint: 15n, mediumint: 23n, int: 31n, bigint: 63n };

const describe = `
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, IS_NULLABLE, COLUMN_TYPE, CHARACTER_SET_NAME, NUMERIC_PRECISION
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME IN `;

export const mariadbDialect: Dialect = {
  name: "mariadb",
  quote: (identifier) => `\`${identifier.replaceAll("`", "``")}\``,
  placeholder: () => "?",
  listOperator: null,
  nullsAreHighest: false,
  comparesTuples: false,
  readsFromFunctions: false,
  async describe(database, schema, tables): Promise<Catalog> {
    const rows = await database.query({ text: `${describe}(${tables.map(() => "?").join(", ")})`, values: [schema ?? null, ...tables] });
    const catalog = new Map<string, Map<string, ColumnInfo>>();
    for (const [table, column, dataType, nullable, columnType, characters, precision] of rows) {
      const type = columnTypes[String(dataType)] ?? "other";
      const holds = typeof characters === "string" ? characterSet(characters) : undefined;
      const columns = catalog.get(String(table)) ?? new Map<string, ColumnInfo>();
      columns.set(String(column), {
        type,
        nullable: nullable === "YES",
        sqlType: String(columnType),
        ...(type === "integer" && rangeOf(String(dataType), String(columnType), Number(precision))),
        ...((type === "date" || type === "timestamp") && { zeroDates: true }),
        ...(holds !== undefined && { holds }),
      });
      catalog.set(String(table), columns);
    }
    return catalog;
  },
};

/** BIT(n) is unsigned, and `precision` is its n. */
function rangeOf(dataType: string, columnType: string, precision: number): { readonly min: bigint; readonly max: bigint } | undefined {
  const bits = dataType === "bit" ? BigInt(precision) - 1n : integerBits[dataType];
  if (bits === undefined) return undefined;
  const unsigned = dataType === "bit" || columnType.includes("unsigned");
  return unsigned ? { min: 0n, max: 2n ** (bits + 1n) - 1n } : { min: -(2n ** bits), max: 2n ** bits - 1n };
}
