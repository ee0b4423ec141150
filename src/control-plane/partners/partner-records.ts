/** Port: what the verbs on partners need of a store. */
import type { Environment } from "#pipeline/principal.ts";

/** A number under which the partner is a customer in the ERP of one environment. */
export interface PartnerAccount {
  readonly environment: Environment;
  readonly account: string;
}

export interface Partner {
  readonly id: string;
  readonly name: string;
  readonly accounts: readonly PartnerAccount[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

export interface PartnerRecords {
  /** Names are unique whatever their case; with its accounts or not at all. */
  insert(partner: Partner): Promise<"inserted" | "name-taken">;
  /** By id, or by name whatever its case. */
  find(idOrName: string): Promise<Partner | undefined>;
  /** By name. */
  list(): Promise<Partner[]>;
  /** Those the partner has already stay as they are. */
  addAccounts(id: string, accounts: readonly PartnerAccount[]): Promise<void>;
}
