/** How MariaDB and MySQL write and describe what the engine needs. */

import { characterSet } from "../character-sets.ts";
import type { Catalog, ColumnInfo, ColumnType, Dialect, Indexes } from "../dialect.ts";
import { indexesOf } from "../indexes.ts";
import { mariadbStatementError } from "./mariadb-errors.ts";
import { explainMariadb } from "./mariadb-plan.ts";

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
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, IS_NULLABLE, COLUMN_TYPE, CHARACTER_SET_NAME, NUMERIC_PRECISION, NUMERIC_SCALE, CHARACTER_MAXIMUM_LENGTH,
  DATETIME_PRECISION, COLLATION_NAME
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME IN `;

/** Indexes on a part of a column (`SUB_PART`) serve no order, those on expressions (MySQL) have no column. */
const indexes = `
SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME
FROM information_schema.STATISTICS
WHERE SUB_PART IS NULL AND INDEX_TYPE = 'BTREE' AND TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME IN `;

export const mariadbDialect: Dialect = {
  name: "mariadb",
  quote: (identifier) => `\`${identifier.replaceAll("`", "``")}\``,
  placeholder: () => "?",
  listOperator: null,
  nullsAreHighest: false,
  comparesTuples: false,
  readsFromFunctions: false,
  statementError: mariadbStatementError,
  locksByAlias: false,
  async describe(database, schema, tables): Promise<Catalog> {
    const rows = await database.query({ text: `${describe}(${tables.map(() => "?").join(", ")})`, values: [schema ?? null, ...tables] });
    const found = new Map<string, Map<string, ColumnInfo>>();
    for (const [table, column, dataType, nullable, columnType, characters, precision, scale, length, fraction, collation] of rows) {
      const type = columnTypes[String(dataType)] ?? "other";
      const holds = typeof characters === "string" ? characterSet(characters) : undefined;
      const columns = found.get(String(table)) ?? new Map<string, ColumnInfo>();
      columns.set(String(column), {
        type,
        nullable: nullable === "YES",
        sqlType: String(columnType),
        foldedName: true,
        ...(type === "integer" && rangeOf(String(dataType), String(columnType), Number(precision))),
        ...((type === "date" || type === "timestamp") && { zeroDates: true }),
        ...(holds !== undefined && { holds }),
        ...(length !== null && { length: Number(length) }),
        ...((type === "decimal" || type === "float") && scale !== null && { precision: Number(precision), scale: Number(scale) }),
        ...(type === "timestamp" && fraction !== null && { fraction: Number(fraction) }),
        ...(typeof characters === "string" && { charset: characters }),
        ...(typeof collation === "string" && { collation }),
      });
      found.set(String(table), columns);
    }
    // Some servers fold the names of tables, and then describe them by other names than they were asked for.
    return new Map(
      tables.flatMap((asked) => {
        const columns = found.get(asked) ?? [...found].find(([name]) => name.toLowerCase() === asked.toLowerCase())?.[1];
        return columns === undefined ? [] : [[asked, columns] as const];
      }),
    );
  },
  explainsByIndexes: false,
  explain: explainMariadb,
  async indexes(database, schema, tables): Promise<Indexes> {
    const rows = await database.query({
      text: `${indexes}(${tables.map(() => "?").join(", ")}) ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
      values: [schema ?? null, ...tables],
      unprepared: true,
    });
    return indexesOf(rows, withPrimaryKey);
  },
};

/** InnoDB ends every index with the primary key. */
function withPrimaryKey(index: readonly string[], ofTable: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...index, ...(ofTable.get("PRIMARY") ?? []).filter((column) => !index.includes(column))];
}

/** BIT(n) is unsigned, and `precision` is its n. */
function rangeOf(dataType: string, columnType: string, precision: number): { readonly min: bigint; readonly max: bigint } | undefined {
  const bits = dataType === "bit" ? BigInt(precision) - 1n : integerBits[dataType];
  if (bits === undefined) return undefined;
  const unsigned = dataType === "bit" || columnType.includes("unsigned");
  return unsigned ? { min: 0n, max: 2n ** (bits + 1n) - 1n } : { min: -(2n ** bits), max: 2n ** bits - 1n };
}
