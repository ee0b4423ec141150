/** Receipts in the gateway's own tables, of writes into ERPs that take none. All ages are by this database's clock. */
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { KeptReceipt, ReceiptRecords, Undertaking } from "#erp/write/receipt-records.ts";
import { Problem } from "#lib/problems.ts";
import type { Store } from "./connect.ts";
import type { ReceiptsTable } from "./tables.ts";

const now = sql<Date>`clock_timestamp()`;
/** Another process looks at the same receipt no sooner. */
const lookAgain = sql`interval '5 seconds'`;

/** `open`: the store, where it is opened by the first who needs it. */
export function receiptRecords(open: () => Store): ReceiptRecords {
  /** What a row is ended by, whoever ends it: only as long as nobody else has. */
  function end(keyHash: Uint8Array, attempt: string) {
    return open().updateTable("receipts").where("key_hash", "=", bytes(keyHash)).where("attempt", "=", attempt);
  }

  const records: ReceiptRecords = {
    async find(keyHash) {
      const { rows } = await sql<Row & { at: string }>`
        SELECT clock.at::text AS at, ${columns}
        FROM (SELECT clock_timestamp() AS at) AS clock LEFT JOIN sluice.receipts AS r ON r.key_hash = ${bytes(keyHash)}`.execute(open());
      const [row] = rows;
      if (row === undefined) throw new Error("a left join without a row");
      return { receipt: row.key_hash === null ? undefined : receiptOf(row), at: row.at };
    },
    async start({ keyHash, source, environment, resource, command, partner, accounts, fingerprint, naturalKey }, seen, since) {
      const { rows } = await sql<{ attempt: string | null }>`
        SELECT sluice.start_receipt(${bytes(keyHash)}, ${source}, ${environment}, ${resource}, ${command}, ${partner}, ${[...accounts]}::text[],
          ${bytes(fingerprint)}, ${naturalKey}, ${seen ?? null}::bigint, ${since}::timestamptz) AS attempt`.execute(open());
      return rows[0]?.attempt ?? undefined;
    },
    async rivals(undertaking) {
      const { rows } = await sql<Row>`SELECT ${columns} FROM sluice.receipts AS r WHERE ${sameNumber(undertaking)} AND state = 'started' LIMIT 10`.execute(
        open(),
      );
      return rows.map(receiptOf);
    },
    async finish(keyHash, attempt, { status, sealedAnswer, scopes, made }) {
      const updated = await end(keyHash, attempt)
        .where("state", "in", ["started", "found"])
        .set({ state: "done", status, answer: bytes(sealedAnswer), scopes: [...scopes], made: made ?? null, ended_at: now })
        .executeTakeFirst();
      return updated.numUpdatedRows === 1n;
    },
    async finishWithout(keyHash, attempt, made) {
      const updated = await end(keyHash, attempt).where("state", "=", "started").set({ state: "found", made, ended_at: now }).executeTakeFirst();
      return updated.numUpdatedRows === 1n;
    },
    async release(keyHash, attempt, forget) {
      if (!forget) {
        const updated = await end(keyHash, attempt).where("state", "=", "started").set({ state: "not_performed", ended_at: now }).executeTakeFirst();
        return updated.numUpdatedRows === 1n;
      }
      const deleted = await open()
        .deleteFrom("receipts")
        .where("key_hash", "=", bytes(keyHash))
        .where("attempt", "=", attempt)
        .where("state", "=", "started")
        .executeTakeFirst();
      return deleted.numDeletedRows === 1n;
    },
    async overdue({ source, environment }, olderThanMs, limit) {
      const { rows } = await sql<Row>`
        UPDATE sluice.receipts AS r SET looked_at = ${now}
        WHERE key_hash IN (
          SELECT key_hash FROM sluice.receipts
          WHERE source = ${source} AND environment = ${environment} AND state = 'started' AND started_at < ${before(olderThanMs)}
            AND (looked_at IS NULL OR looked_at < ${now} - ${lookAgain})
          ORDER BY started_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
        RETURNING ${columns}`.execute(open());
      return rows.map(receiptOf);
    },
    async expire({ answers, receipts }, limit) {
      const expired = await sql`
        UPDATE sluice.receipts SET answer = NULL
        WHERE key_hash IN (SELECT key_hash FROM sluice.receipts WHERE answer IS NOT NULL AND ended_at < ${before(answers)} LIMIT ${limit})`.execute(open());
      const forgotten = await sql`
        DELETE FROM sluice.receipts
        WHERE key_hash IN (SELECT key_hash FROM sluice.receipts WHERE state <> 'started' AND ended_at < ${before(receipts)} LIMIT ${limit})`.execute(open());
      return Number((expired.numAffectedRows ?? 0n) + (forgotten.numAffectedRows ?? 0n));
    },
  };
  return {
    find: (...args) => answered(records.find(...args)),
    start: (...args) => answered(records.start(...args)),
    rivals: (...args) => answered(records.rivals(...args)),
    finish: (...args) => answered(records.finish(...args)),
    finishWithout: (...args) => answered(records.finishWithout(...args)),
    release: (...args) => answered(records.release(...args)),
    overdue: (...args) => answered(records.overdue(...args)),
    expire: (...args) => answered(records.expire(...args)),
  };
}

type Row = Selectable<ReceiptsTable> & { readonly age_ms: number };

const columns = sql.raw(`r.key_hash, r.source, r.environment, r.resource, r.command, r.partner, r.accounts, r.fingerprint, r.natural_key, r.state, r.attempt,
  r.started_at, r.looked_at, r.ended_at, r.status, r.answer, r.scopes, r.made,
  (extract(epoch FROM clock_timestamp() - r.started_at) * 1000)::float8 AS age_ms`);

/** As in `start_receipt`, which decides. */
function sameNumber({ keyHash, source, environment, resource, partner, accounts, naturalKey }: Undertaking): RawBuilder<boolean> {
  return sql`source = ${source} AND environment = ${environment} AND resource = ${resource} AND natural_key = ${naturalKey}
    AND key_hash <> ${bytes(keyHash)} AND (partner = ${partner} OR accounts && ${[...accounts]}::text[])`;
}

function before(ms: number): RawBuilder<Date> {
  return sql`clock_timestamp() - ${ms}::float8 * interval '1 millisecond'`;
}

/** The driver takes no other bytes. */
function bytes(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function receiptOf(row: Row): KeptReceipt {
  return {
    keyHash: row.key_hash,
    source: row.source,
    environment: row.environment,
    resource: row.resource,
    command: row.command,
    partner: row.partner,
    accounts: row.accounts,
    fingerprint: row.fingerprint,
    naturalKey: row.natural_key,
    state: row.state,
    attempt: row.attempt,
    ageMs: row.age_ms,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    status: row.status ?? undefined,
    sealedAnswer: row.answer ?? undefined,
    scopes: row.scopes,
    made: row.made ?? undefined,
  };
}

async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (cause) {
    throw new Problem("gateway-unavailable", "Whether the request was seen before cannot be looked up at the moment. Nothing was done.", {
      headers: { "Retry-After": "2" },
      cause,
    });
  }
}
