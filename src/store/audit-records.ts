/** Audit records in the gateway's own tables. */
import { sql } from "kysely";
import type { AuditHead, AuditRecord, AuditRecords } from "#control-plane/audit/audit-records.ts";
import type { JsonValue } from "#lib/json.ts";
import type { Store } from "./connect.ts";

/** A statement takes at most 65,535 parameters. */
const rowsPerStatement = 1_000;

/** Over a store or a transaction; appending takes a transaction. */
export function auditRecords(store: Store): AuditRecords {
  return {
    append: async (seal) => {
      const locked = await store.selectFrom("audit_head").selectAll().forUpdate().executeTakeFirst();
      if (!locked) throw new Error("The head of the audit chain is missing; `sluice audit verify` says more.");
      const { records, head } = seal(headOf(locked));
      for (let at = 0; at < records.length; at += rowsPerStatement)
        await store
          .insertInto("audit_records")
          .values(records.slice(at, at + rowsPerStatement).map(rowOf))
          .execute();
      await store
        .updateTable("audit_head")
        .set({ seq: String(head.seq), hash: bytes(head.hash), key_id: head.keyId ?? null, signature: head.signature ? bytes(head.signature) : null })
        .execute();
    },
    list: async ({ verb, subject, actor }, before, limit) => {
      let query = store.selectFrom("audit_records").selectAll().orderBy("seq", "desc").limit(limit);
      if (before !== undefined) query = query.where("seq", "<", String(before));
      if (verb !== undefined) query = query.where("verb", "=", verb);
      if (subject !== undefined) query = query.where("subject", "=", subject);
      if (actor !== undefined) query = query.where((row) => row.or([row("actor_id", "=", actor), row("actor_name", "=", actor)]));
      return (await query.execute()).map(recordOf);
    },
    page: async (after, last, limit) => {
      const query = store.selectFrom("audit_records").selectAll().where("seq", ">", String(after)).where("seq", "<=", String(last)).orderBy("seq").limit(limit);
      return (await query.execute()).map(recordOf);
    },
    end: async () => {
      const { rows } = await sql<HeadRow & { last: string | null }>`
        select head.*, (select max(seq) from sluice.audit_records) as last from (select 1) as one left join sluice.audit_head as head on true`.execute(store);
      const [row] = rows;
      return { head: row === undefined || row.seq === null ? undefined : headOf(row), last: Number(row?.last ?? 0) };
    },
    following: async (hash, limit) =>
      (await store.selectFrom("audit_records").selectAll().where("previous", "=", bytes(hash)).orderBy("seq").limit(limit).execute()).map(recordOf),
  };
}

interface HeadRow {
  readonly seq: string;
  readonly hash: Buffer;
  readonly key_id: string | null;
  readonly signature: Buffer | null;
}

function headOf({ seq, hash, key_id, signature }: HeadRow): AuditHead {
  return { seq: Number(seq), hash, keyId: key_id ?? undefined, signature: signature ?? undefined };
}

interface RecordRow {
  readonly seq: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly actor_name: string;
  readonly verb: string;
  readonly subject: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly request_id: string | null;
  readonly key_id: string;
  readonly previous: Buffer;
  readonly hash: Buffer;
}

function recordOf(row: RecordRow): AuditRecord {
  return {
    seq: Number(row.seq),
    at: row.at.getTime(),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    ...{ verb: row.verb, subject: row.subject, before: row.before, after: row.after },
    ...{ requestId: row.request_id ?? undefined, keyId: row.key_id, previous: row.previous, hash: row.hash },
  };
}

function rowOf(record: AuditRecord) {
  return {
    seq: String(record.seq),
    at: new Date(record.at),
    actor_kind: record.actor.kind,
    actor_id: record.actor.id,
    actor_name: record.actor.name,
    verb: record.verb,
    subject: record.subject,
    before: JSON.stringify(record.before),
    after: JSON.stringify(record.after),
    request_id: record.requestId ?? null,
    key_id: record.keyId,
    previous: bytes(record.previous),
    hash: bytes(record.hash),
  };
}

/** The driver takes no other bytes. */
function bytes(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
