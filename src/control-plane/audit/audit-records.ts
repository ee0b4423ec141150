/** Port: the chain of audit records. Each holds the hash of the one before it. */
import type { JsonValue } from "#lib/json.ts";

/** What a change did. No secret ever stands in one. */
export interface AuditEntry {
  /** The verb's name: `key.revoke`. */
  readonly verb: string;
  /** What it was done to: `key 4fT0aZ91bQxy`. */
  readonly subject: string;
  /** As JSON has it; null where there was nothing, or is nothing any more. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface AuditRecord {
  /** 1 is the first; without gaps. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly actor: { readonly kind: string; readonly id: string; readonly name: string };
  readonly verb: string;
  readonly subject: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly requestId: string | undefined;
  /** Names the key that `hash` is made under. */
  readonly keyId: string;
  /** Of the record before; 32 zero bytes of the first. */
  readonly previous: Uint8Array;
  readonly hash: Uint8Array;
}

/** The newest record, signed. */
export interface AuditHead {
  /** 0: there is none yet. */
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly keyId: string | undefined;
  readonly signature: Uint8Array | undefined;
}

export interface AuditFilter {
  readonly verb?: string | undefined;
  readonly subject?: string | undefined;
  /** Name or id of who asked. */
  readonly actor?: string | undefined;
}

export interface AuditRecords {
  /**
   * Appends what `seal` makes of the head. Nobody else appends meanwhile, in whatever process, until the transaction ends;
   * so it is the last thing that a transaction does.
   */
  append(seal: (head: AuditHead) => { readonly records: readonly AuditRecord[]; readonly head: AuditHead }): Promise<void>;
  /** Newest first, of those before the record `before` where that is given. */
  list(filter: AuditFilter, before: number | undefined, limit: number): Promise<AuditRecord[]>;
  /** In their order, after the record `after` up to and with the record `last`. */
  page(after: number, last: number, limit: number): Promise<AuditRecord[]>;
  /** The head, and the highest number of a record, both of the same moment. The head is undefined where somebody removed it. */
  end(): Promise<{ readonly head: AuditHead | undefined; readonly last: number }>;
  /** Those that claim to follow the record of this hash. */
  following(hash: Uint8Array, limit: number): Promise<AuditRecord[]>;
}
