/** Port: the chain of audit records. Each holds the hash of the one before it. */

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
