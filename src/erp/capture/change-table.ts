/** The `change` table of a footprint as a queue: read in the order of ids, deleted row by row. */

import type { SourceDeclaration } from "../binding/source.ts";
import { member, raw, type Sql, sql } from "../binding/sql.ts";
import type { Dialect, ErpDatabase, Rows, Statement } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { footprintName } from "../write/footprint-name.ts";

export interface Change {
  readonly id: string;
  /** Of the transaction that wrote it. */
  readonly transaction: string;
  /** Microseconds since 1970, by the clock of the ERP's database. */
  readonly atMicros: number;
  /** Table, as the bindings call it. */
  readonly relation: string;
  readonly operation: "insert" | "update" | "delete" | "truncate";
  readonly origin: "api" | "erp";
}

export interface ChangeTable {
  /**
   * The oldest changes in these tables, and whatever else the same transactions did to the same things: in the order of ids. `full`:
   * whether there may be more.
   */
  read(
    database: Pick<ErpDatabase, "query">,
    relations: readonly string[],
    limit: number,
  ): Promise<{ readonly changes: readonly Change[]; readonly full: boolean }>;
  /** What was changed or deleted in these tables behind that one, the oldest first. */
  later(database: Pick<ErpDatabase, "query">, relations: readonly string[], after: string, limit: number): Promise<readonly Pick<Change, "id" | "relation">[]>;
  /** Forgets exactly these. */
  forget(ids: readonly string[]): Statement;
  /** Leaves one lie where it is, with the reason: it is not read again. */
  setAside(id: string, fault: string): Statement;
  /** How many wait, `countUpTo` at most, and how old the oldest is. */
  lag(
    database: Pick<ErpDatabase, "query">,
    relations: readonly string[],
    countUpTo: number,
  ): Promise<{ readonly waiting: number; readonly oldestMs: number | undefined; readonly setAside: number }>;
}

/** Characters of a reason that are kept. */
const maxFault = 1000;

export function changeTable(source: SourceDeclaration, dialect: Dialect): ChangeTable {
  const table = footprintName(source, "change");
  const isPostgres = source.dialect === "postgres";
  const micros = isPostgres ? raw("(extract(epoch FROM noted_at) * 1000000)::bigint") : raw("TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', noted_at)");
  const ageMs = isPostgres
    ? raw("(extract(epoch FROM clock_timestamp() - noted_at) * 1000)::bigint")
    : raw("TIMESTAMPDIFF(MICROSECOND, noted_at, UTC_TIMESTAMP(6)) DIV 1000");
  const asked = (statement: Sql): Statement => ({ ...write(statement, dialect), unprepared: true });
  const columns = raw("id, transaction_id, thing, noted_at, relation, operation, origin");
  const theirs = raw("c.id, c.transaction_id, c.thing, c.noted_at, c.relation, c.operation, c.origin");

  /**
   * One look into the index for each thing, whatever the planner believes: while a large transaction is open, the statistics of a
   * queue say that it is empty, and then a scan of all of it for each thing seems cheap.
   */
  const things = sql`(SELECT DISTINCT transaction_id, thing FROM oldest WHERE thing IS NOT NULL) o`;
  const rest = {
    postgres: (known: Sql) =>
      sql`SELECT c.* FROM ${things} CROSS JOIN LATERAL (SELECT ${columns} FROM ${table} WHERE transaction_id = o.transaction_id AND thing = o.thing AND fault IS NULL AND ${known} OFFSET 0) c`,
    mariadb: (known: Sql) =>
      sql`SELECT ${theirs} FROM ${things} STRAIGHT_JOIN ${table} c FORCE INDEX (change_transaction) ON c.transaction_id = o.transaction_id AND c.thing = o.thing WHERE c.fault IS NULL AND ${known}`,
  };

  return {
    async read(database, relations, limit) {
      const known = member(raw("relation"), relations);
      const rows = await database.query(
        asked(sql`WITH oldest AS (SELECT ${columns} FROM ${table} WHERE fault IS NULL AND ${known} ORDER BY id LIMIT ${limit})
SELECT 0, id, transaction_id, ${micros}, relation, operation, origin FROM oldest
UNION ALL
SELECT 1, id, transaction_id, ${micros}, relation, operation, origin FROM (${isPostgres ? rest.postgres(known) : rest.mariadb(known)}) rest
  WHERE id > (SELECT MAX(id) FROM oldest)`),
      );
      const changes = rows.map(changeOf).sort((a, b) => Number(a.id) - Number(b.id));
      return { changes, full: rows.filter(([rest]) => Number(rest) === 0).length >= limit };
    },
    async later(database, relations, after, limit) {
      const known = member(raw("relation"), relations);
      const rows = await database.query(
        asked(
          sql`SELECT id, relation FROM ${table} WHERE fault IS NULL AND ${known} AND id > ${after} AND operation IN ('update', 'delete') ORDER BY id LIMIT ${limit}`,
        ),
      );
      return rows.map(([id, relation]) => ({ id: String(id), relation: String(relation) }));
    },
    forget: (ids) =>
      asked(
        isPostgres
          ? sql`DELETE FROM ${table} WHERE ${member(raw("id"), ids)}`
          : // Row by row: a scan would wait for rows of transactions that are still open, though it wants none of them.
            sql`DELETE c FROM JSON_TABLE(${JSON.stringify(ids.map(Number))}, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) gone STRAIGHT_JOIN ${table} c ON c.id = gone.id`,
      ),
    setAside: (id, fault) => asked(sql`UPDATE ${table} SET fault = ${fault.slice(0, maxFault)} WHERE id = ${id}`),
    async lag(database, relations, countUpTo) {
      const known = member(raw("relation"), relations);
      const [row] = await database.query(
        asked(sql`SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ${table} WHERE fault IS NULL AND ${known} LIMIT ${countUpTo}) waiting),
  (SELECT ${ageMs} FROM ${table} WHERE fault IS NULL AND ${known} ORDER BY id LIMIT 1),
  (SELECT COUNT(*) FROM ${table} WHERE fault IS NOT NULL)`),
      );
      const [waiting, oldest, setAside] = row ?? [];
      return {
        waiting: Number(waiting),
        oldestMs: oldest === null || oldest === undefined ? undefined : Math.max(0, Number(oldest)),
        setAside: Number(setAside),
      };
    },
  };
}

function changeOf([, id, transaction, micros, relation, operation, origin]: Rows[number]): Change {
  return {
    id: String(id),
    transaction: String(transaction),
    atMicros: Number(micros),
    relation: String(relation),
    operation: String(operation) as Change["operation"], // the table's own constraint, or the trigger's own words
    origin: String(origin) === "api" ? "api" : "erp",
  };
}
