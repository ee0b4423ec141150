/** Port: what the verbs on partners need of a store. */
import type { Environment } from "#pipeline/principal.ts";

/** A number under which the partner is a customer in the ERP of one environment. */
export interface PartnerAccount {
  readonly environment: Environment;
  readonly account: string;
}

/** Times in milliseconds since 1970. */
export interface Partner {
  readonly id: string;
  readonly name: string;
  readonly accounts: readonly PartnerAccount[];
  readonly note: string | undefined;
  readonly createdAt: number;
  /** While it is set, no credential of the partner is accepted. */
  readonly suspendedAt: number | undefined;
}

export interface PartnerRecords {
  /** Names are unique whatever their case. Within a transaction. */
  insert(partner: Partner): Promise<"inserted" | "name-taken">;
  /** By id, or by name whatever its case. */
  find(idOrName: string): Promise<Partner | undefined>;
  /** The same, and nobody else changes it until the transaction ends. */
  lock(idOrName: string): Promise<Partner | undefined>;
  /** By name, after the name `after`. */
  list(after: string | undefined, limit: number): Promise<Partner[]>;
  /** Those the partner has already stay as they are. */
  addAccounts(id: string, accounts: readonly PartnerAccount[]): Promise<void>;
  removeAccounts(id: string, accounts: readonly PartnerAccount[]): Promise<void>;
  update(partner: Pick<Partner, "id" | "name" | "note" | "suspendedAt">): Promise<"updated" | "name-taken">;
  /** With its accounts and its keys. `in-use`: something else still belongs to it. */
  remove(id: string): Promise<"removed" | "in-use">;
}
