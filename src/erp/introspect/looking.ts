/** The bounded, paced looks that introspection takes at an ERP's rows: each statement reads a limited number of them. */

import { join, name, raw, type Sql, sql } from "../binding/sql.ts";
import type { Dialect, ErpDatabase, Rows } from "../dialects/dialect.ts";
import type { ColumnFacts, SchemaReader, TableFacts } from "../dialects/schema-reader.ts";
import { write } from "../dialects/write.ts";

export interface Looking {
  readonly database: ErpDatabase;
  readonly dialect: Dialect;
  readonly reader: SchemaReader;
  readonly schema: string | undefined;
  /** Stands before all names of tables, and in none of the names used here. */
  readonly tablePrefix: string;
  /** Rows looked at of each table. */
  readonly rows: number;
  /** Rows read at most to confirm a guess: the codes of a column, whether a key is unique. */
  readonly rowsToConfirm: number;
  /** Called before every statement but the first: leaves the ERP time for its own work. */
  readonly pause: () => Promise<void>;
}

export interface Sample {
  readonly columns: readonly string[];
  readonly rows: Rows;
  /** Whether these are all rows of the table. */
  readonly whole: boolean;
}

export async function ask(looking: Looking, statement: Sql): Promise<Rows> {
  await looking.pause();
  return looking.database.query(write(statement, looking.dialect));
}

export function tableName({ schema, tablePrefix }: Looking, table: string): Sql {
  return schema === undefined ? name(tablePrefix + table) : name(schema, tablePrefix + table);
}

/** Long texts and binary values are cut: what they are shows in their beginning. */
const longestRead = 200;

function selected({ name: column, type, length }: ColumnFacts): Sql {
  const long = type === "binary" || (type === "text" && (length === undefined || length > longestRead));
  return long ? sql`SUBSTRING(${name(column)}, 1, ${raw(String(longestRead))})` : name(column);
}

/** The columns that a look orders by: those of the primary key, or of a unique index. Without one there is no order. */
function orderOf({ indexes, columns }: TableFacts): readonly string[] {
  const readable = new Set(columns.filter((column) => column.readable).map((column) => column.name));
  return indexes.find(({ unique, columns: ordered }) => unique && ordered.every((column) => readable.has(column)))?.columns ?? [];
}

/**
 * Rows from both ends of the table's key and, of tables larger than that, from between. A table without a key gives its
 * first rows. Old and new rows differ, and mistakes stand in either.
 */
export async function readSample(looking: Looking, table: TableFacts, columns: readonly ColumnFacts[]): Promise<Sample> {
  const names = columns.map((column) => column.name);
  if (columns.length === 0) return { columns: names, rows: [], whole: false };
  const order = orderOf(table);
  const what = join(columns.map(selected), ", ");
  const from = tableName(looking, table.name);
  const ordered = (direction: string) =>
    order.length === 0
      ? raw("")
      : sql` ORDER BY ${join(
          order.map((column) => sql`${name(column)} ${raw(direction)}`),
          ", ",
        )}`;
  const limit = (rows: number) => raw(` LIMIT ${Math.max(1, Math.floor(rows))}`);

  const small = table.estimatedRows === undefined || table.estimatedRows <= looking.rows || order.length === 0;
  const headRows = small ? looking.rows + 1 : looking.rows / 2;
  const head = await ask(looking, sql`SELECT ${what} FROM ${from}${ordered("ASC")}${limit(headRows)}`);
  if (head.length < Math.floor(headRows)) return { columns: names, rows: head, whole: true };
  if (order.length === 0) return { columns: names, rows: head.slice(0, looking.rows), whole: false };

  const looks: Rows[] = [head.slice(0, looking.rows / 2)];
  looks.push(await ask(looking, sql`SELECT ${what} FROM ${from}${ordered("DESC")}${limit(looking.rows / 4)}`));
  looks.push(...(await inBetween(looking, table, order, what, from)));
  return { columns: names, rows: distinctRows(looks.flatMap((look) => [...look])), whole: false };
}

async function inBetween(looking: Looking, table: TableFacts, order: readonly string[], what: Sql, from: Sql): Promise<readonly Rows[]> {
  const wanted = Math.floor(looking.rows / 4);
  const { scattered } = looking.reader;
  if (scattered !== null && table.kind === "table" && (table.estimatedRows ?? 0) > 0) {
    const percent = Math.min(100, (150 * wanted) / (table.estimatedRows ?? wanted));
    return [await ask(looking, sql`SELECT ${what} FROM ${from}${raw(scattered(percent))}${raw(` LIMIT ${wanted}`)}`)];
  }
  return seekBetween(looking, table, order, what, from, wanted);
}

/** Jumps into the leading column of the key where that is a number; each jump is one step down the index. */
async function seekBetween(looking: Looking, table: TableFacts, order: readonly string[], what: Sql, from: Sql, wanted: number): Promise<readonly Rows[]> {
  const [lead] = order;
  if (lead === undefined || table.columns.find((column) => column.name === lead)?.type !== "integer") return [];
  const [[least, most] = []] = await ask(looking, sql`SELECT MIN(${name(lead)}), MAX(${name(lead)}) FROM ${from}`);
  const [low, high] = [Number(least), Number(most)];
  if (!(high > low)) return [];
  const jumps = 8;
  const found: Rows[] = [];
  for (let jump = 1; jump <= jumps; jump += 1) {
    const at = Math.floor(low + ((high - low) * jump) / (jumps + 1));
    found.push(
      await ask(
        looking,
        sql`SELECT ${what} FROM ${from} WHERE ${name(lead)} >= ${at} ORDER BY ${name(lead)} ASC${raw(` LIMIT ${Math.max(1, Math.floor(wanted / jumps))}`)}`,
      ),
    );
  }
  return found;
}

/** Looks from several places may meet. */
function distinctRows(rows: Rows): Rows {
  const seen = new Map(rows.map((row) => [row.map(String).join("\u0000"), row]));
  return [...seen.values()];
}

/** Values of one column with how often each occurs, most frequent first, in the table's first rows; undefined where there are too many. */
export async function countValues(looking: Looking, table: string, column: string, most: number): Promise<ReadonlyMap<string, number> | undefined> {
  const rows = await ask(
    looking,
    sql`SELECT s.v, COUNT(*) FROM (SELECT ${name(column)} AS v FROM ${tableName(looking, table)}${raw(` LIMIT ${looking.rowsToConfirm}`)}) s GROUP BY s.v ORDER BY 2 DESC${raw(` LIMIT ${most + 1}`)}`,
  );
  if (rows.length > most) return undefined;
  const counts = new Map<string, number>();
  for (const [value, count] of rows) if (value !== null) counts.set(String(value).trimEnd(), (counts.get(String(value).trimEnd()) ?? 0) + Number(count));
  return counts;
}

/** Whether no two of the table's first rows agree in these columns, and how many rows that says something of. */
export async function looksUnique(looking: Looking, table: string, columns: readonly string[]): Promise<{ readonly unique: boolean; readonly rows: number }> {
  const list = join(
    columns.map((column) => name(column)),
    ", ",
  );
  const first = sql`SELECT ${list} FROM ${tableName(looking, table)}${raw(` LIMIT ${looking.rowsToConfirm}`)}`;
  const twice = await ask(looking, sql`SELECT COUNT(*) FROM (${first}) s GROUP BY ${list} HAVING COUNT(*) > 1${raw(" LIMIT 1")}`);
  if (twice.length > 0) return { unique: false, rows: 0 };
  const [[rows] = []] = await ask(looking, sql`SELECT COUNT(*) FROM (${first}) s`);
  return { unique: true, rows: Number(rows) };
}

/**
 * How many of the first different keys of one table are keys of another: `pairs` are the columns of both that have to be
 * equal. The other table is asked by its key.
 */
export async function countShared(
  looking: Looking,
  from: string,
  to: string,
  pairs: readonly (readonly [from: string, to: string])[],
): Promise<{ readonly asked: number; readonly found: number }> {
  const list = join(
    pairs.map(([column]) => name(column)),
    ", ",
  );
  const some = sql`SELECT DISTINCT ${list} FROM (SELECT ${list} FROM ${tableName(looking, from)}${raw(" LIMIT 1000")}) s${raw(" LIMIT 50")}`;
  const same = join(
    pairs.map(([ours, theirs]) => sql`${name("t", theirs)} = ${name("f", ours)}`),
    " AND ",
  );
  const [[asked, found] = []] = await ask(
    looking,
    sql`SELECT COUNT(*), SUM(CASE WHEN EXISTS (SELECT 1 FROM ${tableName(looking, to)} t WHERE ${same}) THEN 1 ELSE 0 END) FROM (${some}) f`,
  );
  return { asked: Number(asked), found: Number(found ?? 0) };
}

/** How many of these values the other table's key column holds. `leading`: the columns that its index has before that one, with their values. */
export async function countFound(
  looking: Looking,
  table: string,
  column: string,
  values: readonly string[],
  leading: readonly (readonly [column: string, values: readonly string[]])[],
): Promise<number> {
  const among = (one: string, of: readonly string[]): Sql =>
    sql`${name(one)} IN (${join(
      of.map((value) => sql`${value}`),
      ", ",
    )})`;
  const where = join(
    [...leading, [column, values] as const].map(([one, of]) => among(one, of)),
    " AND ",
  );
  const found = await ask(looking, sql`SELECT DISTINCT ${name(column)} FROM ${tableName(looking, table)} WHERE ${where}${raw(` LIMIT ${values.length}`)}`);
  const keys = new Set(found.map(([value]) => String(value).trimEnd().toLowerCase()));
  return values.filter((value) => keys.has(String(value).trimEnd().toLowerCase())).length;
}
