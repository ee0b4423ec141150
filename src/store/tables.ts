/** Row types of the gateway's own tables, as `migrations/` makes them and the driver returns them. */
import type { ColumnType } from "kysely";

export interface StoreTables {
  partners: PartnersTable;
  partner_accounts: PartnerAccountsTable;
  api_keys: ApiKeysTable;
}

interface PartnersTable {
  id: string;
  name: string;
  created_at: Date;
}

interface PartnerAccountsTable {
  partner: string;
  environment: "live" | "test";
  account: string;
}

interface ApiKeysTable {
  kid: string;
  partner: string;
  environment: "live" | "test";
  mac: ColumnType<Buffer, Uint8Array>;
  pepper_version: number;
  scopes: string[];
  /** Read it as text: the driver makes a local midnight of a date, which is another day elsewhere. */
  api_version: ColumnType<Date, string>;
  label: string | null;
  created_at: Date;
  expires_at: Date | null;
  suspended_at: Date | null;
  revoked_at: Date | null;
}
