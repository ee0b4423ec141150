/** Forgets receipts in time: first what was answered, much later that there was a request at all. */

import { type ReceiptsKept, receiptsKept } from "#contract/receipts-kept.ts";
import { sha256 } from "#lib/hash.ts";
import type { SourceDeclaration } from "../binding/source.ts";
import { type Sql, sql } from "../binding/sql.ts";
import type { Dialect, ErpDatabase, Statement, WriteTransaction } from "../dialects/dialect.ts";
import { write } from "../dialects/write.ts";
import { footprintName } from "./footprint-name.ts";

/** As published to partners. */
export type Retention = ReceiptsKept;

export const defaultRetention: Retention = receiptsKept;

export interface RetentionRound extends Retention {
  /** Milliseconds since the epoch; ages are those that the database's own clock gave. */
  readonly now: number;
  /** Most rows of one transaction; 1,000 without it. */
  readonly limit?: number;
}

export interface Tidied {
  /** Answers that are kept no longer. */
  readonly forgotten: number;
  /** Receipts that are gone, and operations that ended as long ago. */
  readonly removed: number;
  /** Whether more was due than a round does. */
  readonly more: boolean;
}

/** Transactions of one round at most: what a busy gateway writes in a minute or two. */
const batches = 10;

/** 16 bytes, as of any key: one process at a time, the others leave it to that one. MariaDB's locks are the server's, not the database's. */
async function lockOf(database: ErpDatabase, { dialect, schema }: SourceDeclaration): Promise<Uint8Array> {
  const [[name] = []] = dialect === "postgres" ? [] : await database.query({ text: "SELECT DATABASE()", values: [], unprepared: true });
  return sha256(`sluice retention ${schema ?? String(name)}`).subarray(0, 16);
}

/** One bounded round. */
export async function tidyReceipts(
  database: ErpDatabase,
  source: SourceDeclaration,
  dialect: Dialect,
  { limit = 1_000, ...terms }: RetentionRound,
): Promise<Tidied> {
  const { transact } = database;
  if (transact === undefined) throw new Error(`${source.name}: this handle is for reading only`);
  const lock = await lockOf(database, source);
  const statements = retentionStatements(source, dialect, { ...terms, limit });
  let [forgotten, removed] = [0, 0];
  for (let batch = 0; batch < batches; batch += 1) {
    const done = await transact((transaction) => tidyOnce(transaction, lock, statements, batch === 0 ? 0 : 1));
    if (done === undefined) return { forgotten, removed, more: false };
    forgotten += done.forgotten;
    removed += done.removed;
    if (Math.max(done.forgotten, done.removed) < limit) return { forgotten, removed, more: false };
  }
  return { forgotten, removed, more: true };
}

async function tidyOnce(
  transaction: WriteTransaction,
  lock: Uint8Array,
  { keptFrom, due, forget, advance, remove, removeOperations }: RetentionStatements,
  // The lock of the batch before may take a moment to be released.
  waitSeconds: number,
): Promise<{ readonly forgotten: number; readonly removed: number } | undefined> {
  const { locked, rows } = await transaction.claim(lock, [keptFrom], waitSeconds);
  const from = rows[0]?.[0]?.[0];
  if (!locked || typeof from !== "string") return undefined;
  const [last] = await transaction.query(due(from));
  const to = typeof last?.[0] === "string" ? last[0] : undefined;
  const forgotten = await transaction.execute(forget(from));
  const removed = (await transaction.execute(remove)) + (await transaction.execute(removeOperations));
  await transaction.commit([advance(to)]);
  return { forgotten, removed };
}

interface RetentionStatements {
  /** Answers from before this are forgotten already. */
  readonly keptFrom: Statement;
  /** The time of the last one that `forget` will take, where it cannot take all that is due. */
  due(from: string): Statement;
  forget(from: string): Statement;
  /** Undefined: up to what is due now. */
  advance(to: string | undefined): Statement;
  readonly remove: Statement;
  readonly removeOperations: Statement;
}

function retentionStatements(
  source: SourceDeclaration,
  dialect: Dialect,
  { bodyDays, tombstoneDays, limit, now }: Required<RetentionRound>,
): RetentionStatements {
  const [footprint, receipt, operation] = [footprintName(source, "footprint"), footprintName(source, "receipt"), footprintName(source, "operation")];
  const [bodies, tombstones] = [now - bodyDays * dayMs, now - tombstoneDays * dayMs];
  const [bodiesAt, tombstonesAt] = [timeOf(source, bodies), timeOf(source, tombstones)];
  const inTime = (from: string): Sql => sql`created_at >= ${from} AND created_at < ${bodiesAt} AND answer IS NOT NULL ORDER BY created_at`;
  const once = (text: Sql): Statement => ({ ...write(text, dialect), unprepared: true });

  // Postgres bounds a change by a list of keys, MariaDB by a word of its own.
  const bounded = (change: Sql, table: Sql, which: Sql): Statement =>
    source.dialect === "postgres"
      ? once(sql`${change} WHERE key_hash IN (SELECT key_hash FROM ${table} WHERE ${which} LIMIT ${limit})`)
      : once(sql`${change} WHERE ${which} LIMIT ${limit}`);

  return {
    keptFrom: once(sql`SELECT answers_kept_from FROM ${footprint} WHERE id = 1`),
    due: (from) => once(sql`SELECT created_at FROM ${receipt} WHERE ${inTime(from)} LIMIT 1 OFFSET ${limit - 1}`),
    forget: (from) => bounded(sql`UPDATE ${receipt} SET answer = NULL`, receipt, inTime(from)),
    advance: (to) => once(sql`UPDATE ${footprint} SET answers_kept_from = GREATEST(answers_kept_from, ${to ?? bodiesAt}) WHERE id = 1`),
    remove: bounded(sql`DELETE FROM ${receipt}`, receipt, sql`created_at < ${tombstonesAt} ORDER BY created_at`),
    removeOperations: bounded(sql`DELETE FROM ${operation}`, operation, sql`ended_ms < ${tombstones} ORDER BY ended_ms`),
  };
}

const dayMs = 86_400_000;

/** As a parameter that the column's type takes: on MariaDB sessions are in UTC, and times are written without a zone. */
function timeOf({ dialect }: SourceDeclaration, ms: number): string {
  const iso = new Date(ms).toISOString();
  return dialect === "postgres" ? iso : iso.replace("T", " ").replace("Z", "");
}
