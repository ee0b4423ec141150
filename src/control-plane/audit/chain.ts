/** The keyed hashes of audit records: who can write the database, but does not know the gateway's secret, can forge none. */
import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { canonicalJson } from "#lib/canonical-json.ts";
import { sha256 } from "#lib/hash.ts";
import type { JsonValue } from "#lib/json.ts";
import type { Actor } from "../verb.ts";
import type { AuditEntry, AuditHead, AuditRecord } from "./audit-records.ts";

/** Whether a hash is what it has to be; `unknown-key`: made under a secret that is not configured. */
export type Judgement = "genuine" | "false" | "unknown-key";

export interface AuditChain {
  /** The entries as records that follow the head, and the head after them. `at` in milliseconds since 1970. */
  seal(
    head: AuditHead,
    entries: readonly AuditEntry[],
    asking: { readonly by: Actor; readonly now: number; readonly requestId: string | undefined },
  ): { readonly records: readonly AuditRecord[]; readonly head: AuditHead };
  /** Whether the record is as it was made, and made for this place. */
  judge(record: AuditRecord): Judgement;
  judgeHead(head: AuditHead): Judgement;
  /** The number that a record was made under, where it is not its own; undefined: none up to `last`. */
  placeOf(record: AuditRecord, last: number): number | undefined;
}

export const firstPrevious = new Uint8Array(32);

/** Secrets of at least 32 bytes, the one that new records are made under first. */
export function createAuditChain([secret, ...previousSecrets]: readonly [Uint8Array, ...Uint8Array[]]): AuditChain {
  const current = keyOf(secret);
  const keys = new Map([...previousSecrets.map(keyOf), current].map((key) => [key.id, key.key]));

  function judged(keyId: string | undefined, text: string, hash: Uint8Array | undefined): Judgement {
    const key = keys.get(keyId ?? "");
    if (key === undefined) return "unknown-key";
    return hash?.length === 32 && timingSafeEqual(mac(key, text), hash) ? "genuine" : "false";
  }

  return {
    seal(head, entries, { by, now, requestId }) {
      const records: AuditRecord[] = [];
      let previous = head.hash;
      for (const { verb, subject, before, after } of entries) {
        const content = {
          ...{ at: now, actor: { kind: by.kind, id: by.id, name: by.name }, verb, subject, before: asJson(before), after: asJson(after), requestId },
          ...{ keyId: current.id, previous, seq: head.seq + records.length + 1 },
        };
        const hash = mac(current.key, textOf(content, content.seq, digestOf(content)));
        records.push({ ...content, hash });
        previous = hash;
      }
      const last = { seq: head.seq + records.length, hash: previous };
      return { records, head: { ...last, keyId: current.id, signature: mac(current.key, headText(last)) } };
    },
    judge: (record) => judged(record.keyId, textOf(record, record.seq, digestOf(record)), record.hash),
    judgeHead: (head) => judged(head.keyId, headText(head), head.signature),
    placeOf(record, last) {
      const digest = digestOf(record);
      for (let seq = 1; seq <= last; seq += 1) if (judged(record.keyId, textOf(record, seq, digest), record.hash) === "genuine") return seq;
      return undefined;
    },
  };
}

/** A key of its own for this purpose, and a name for it that says nothing of it. */
function keyOf(secret: Uint8Array): { readonly id: string; readonly key: KeyObject } {
  const key = createSecretKey(new Uint8Array(hkdfSync("sha256", secret, new Uint8Array(0), "sluice audit chain", 32)));
  return { id: Buffer.from(mac(key, "sluice audit key id")).toString("hex").slice(0, 16), key };
}

function mac(key: KeyObject, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}

/** Everything but the place; the place is told apart so that it can be looked for. */
function digestOf({ at, actor, verb, subject, before, after, requestId, keyId }: Omit<AuditRecord, "hash">): string {
  const { kind, id, name } = actor;
  return hex(
    sha256(
      canonicalJson({
        ...{ at: new Date(at).toISOString(), actor: { kind, id, name }, verb, subject, before, after },
        ...{ request_id: requestId ?? null, key_id: keyId },
      }),
    ),
  );
}

function textOf({ previous }: Pick<AuditRecord, "previous">, seq: number, digest: string): string {
  return `sluice audit record 1\n${seq}\n${hex(previous)}\n${digest}`;
}

function headText({ seq, hash }: Pick<AuditHead, "seq" | "hash">): string {
  return `sluice audit head 1\n${seq}\n${hex(hash)}`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What `JSON.stringify` keeps of a value, which is what the database is given. */
function asJson(value: unknown): JsonValue {
  const text: unknown = JSON.stringify(value ?? null);
  const parsed: JsonValue = typeof text === "string" ? JSON.parse(text) : null; // JSON that was written a line above
  return parsed;
}
