/** A change and its audit records in one transaction: what is not audited is not changed. */
import type { AuditEntry } from "./audit/audit-records.ts";
import type { AuditChain } from "./audit/chain.ts";
import type { ControlPlane, Records } from "./control-plane.ts";

/** Port: runs `work` in one transaction, and undoes what it wrote when it rejects or does not want to keep it. */
export type Transaction = <T>(work: (records: Records) => Promise<{ readonly keep: boolean; readonly value: T }>) => Promise<T>;

/** A change that notes nothing is undone, so that a refusal found late leaves nothing behind. */
export function changesOf(transaction: Transaction, chain: AuditChain): ControlPlane["change"] {
  return (asking, work) =>
    transaction(async (records) => {
      const entries: AuditEntry[] = [];
      const value = await work({ records, audit: async (entry) => void entries.push(entry) });
      // Last: until the transaction ends nobody else appends.
      if (entries.length > 0) await records.audit.append((head) => chain.seal(head, entries, asking));
      return { keep: entries.length > 0, value };
    });
}
