/** Row types of the gateway's own tables, as `migrations/` makes them and the driver returns them. */
import type { ColumnType, Generated } from "kysely";
import type { TrustedIssuer } from "#control-plane/issuers/issuer-records.ts";
import type { ClientAuth } from "#control-plane/oauth-clients/client-records.ts";
import type { SigningKey } from "#control-plane/signing-keys/signing-key-records.ts";
import type { JsonValue } from "#lib/json.ts";

export interface StoreTables {
  partners: PartnersTable;
  partner_accounts: PartnerAccountsTable;
  api_keys: ApiKeysTable;
  receipts: ReceiptsTable;
  oauth_clients: OAuthClientsTable;
  oauth_client_secrets: OAuthClientSecretsTable;
  oauth_assertions: OAuthAssertionsTable;
  trusted_issuers: TrustedIssuersTable;
  signing_keys: SigningKeysTable;
  sealed_secrets: SealedSecretsTable;
  plans: PlansTable;
  plan_assignments: PlanAssignmentsTable;
  key_limits: RateColumns & { kid: string };
  quotas: QuotasTable;
  operators: OperatorsTable;
  audit_records: AuditRecordsTable;
  audit_head: AuditHeadTable;
  credential_uses: CredentialUsesTable;
  webhook_endpoints: WebhookEndpointsTable;
  webhook_secrets: WebhookSecretsTable;
  webhook_receipts: WebhookReceiptsTable;
}

interface OperatorsTable {
  id: string;
  name: string;
  role: "viewer" | "operator" | "admin";
  mac: ColumnType<Buffer, Uint8Array>;
  pepper_version: number;
  created_at: Date;
  expires_at: Date | null;
  revoked_at: Date | null;
  last_used_at: Date | null;
}

interface PartnersTable {
  id: string;
  name: string;
  note: string | null;
  created_at: Date;
  suspended_at: Date | null;
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
  allow_from: string[] | null;
  replaces: string | null;
  lineage: string;
  created_at: Date;
  expires_at: Date | null;
  suspended_at: Date | null;
  revoked_at: Date | null;
}

interface CredentialUsesTable {
  credential: string;
  first_used_at: Date;
  last_used_at: Date;
  last_address: string | null;
  /** A bigint, as text. */
  uses: string;
}

export interface ReceiptsTable {
  key_hash: ColumnType<Buffer, Uint8Array>;
  source: string;
  environment: "live" | "test";
  resource: string;
  command: string;
  partner: string;
  accounts: string[];
  fingerprint: ColumnType<Buffer, Uint8Array>;
  natural_key: string;
  state: "started" | "found" | "done" | "not_performed";
  /** A bigint, as text. */
  attempt: Generated<string>;
  started_at: Date;
  looked_at: Date | null;
  ended_at: Date | null;
  status: number | null;
  answer: ColumnType<Buffer, Uint8Array> | null;
  scopes: string[];
  made: string | null;
}

export interface RateColumns {
  burst_quota: number | null;
  burst_seconds: number | null;
  sustained_quota: number | null;
  sustained_seconds: number | null;
}

export interface PlansTable extends RateColumns {
  name: string;
  daily_quota: number | null;
  monthly_quota: number | null;
  inflight: number | null;
  created_at: Generated<Date>;
  /** Generated. */
  everyone: ColumnType<string, never, never>;
}

interface PlanAssignmentsTable {
  partner: string;
  environment: "live" | "test";
  plan: string;
}

interface QuotasTable {
  key: string;
  points: number;
  /** A bigint, as text. */
  expire: string | null;
}

type RegisteredKeys = Extract<ClientAuth, { readonly jwks: unknown }>["jwks"];

interface OAuthClientsTable {
  id: string;
  partner: string;
  environment: "live" | "test";
  auth: "client_secret" | "private_key_jwt" | "external_issuer";
  /** Written as JSON text; the driver reads it. */
  jwks: ColumnType<RegisteredKeys | null, string | null, string | null>;
  jwks_url: string | null;
  issuer: string | null;
  subject: string | null;
  scopes: string[];
  allow_from: string[] | null;
  api_version: ColumnType<Date, string, string>;
  label: string | null;
  created_at: Date;
  expires_at: Date | null;
  suspended_at: Date | null;
  revoked_at: Date | null;
}

interface OAuthClientSecretsTable {
  client: string;
  id: string;
  mac: ColumnType<Buffer, Uint8Array>;
  pepper_version: number;
  created_at: Date;
  expires_at: Date | null;
}

interface OAuthAssertionsTable {
  client: string;
  jti_hash: ColumnType<Buffer, Uint8Array>;
  expires_at: Date;
}

interface TrustedIssuersTable {
  id: string;
  issuer: string;
  audience: string;
  jwks_url: string;
  algorithms: TrustedIssuer["algorithms"][number][];
  token_type: "at+jwt" | "JWT";
  client_claim: "sub" | "client_id" | "azp";
  created_at: Date;
}

interface SigningKeysTable {
  kid: string;
  algorithm: string;
  public_jwk: SigningKey["publicKey"];
  created_at: Date;
  signs_from: Date;
  withdrawn_at: Date | null;
}

interface SealedSecretsTable {
  of_table: string;
  of_row: string;
  wrapped_under: string;
  wrapped_key: ColumnType<Buffer, Uint8Array, Uint8Array>;
  sealed: ColumnType<Buffer, Uint8Array, Uint8Array>;
  sealed_at: Generated<Date>;
}

interface WebhookEndpointsTable {
  id: string;
  partner: string;
  environment: "live" | "test";
  url: string;
  types: string[];
  api_version: ColumnType<Date, string, string>;
  scopes: string[];
  description: string | null;
  signs: "hmac" | "ed25519";
  state: "unverified" | "active" | "suspended" | "disabled";
  state_reason: string | null;
  created_at: Date;
  verified_at: Date | null;
  failing_since: Generated<Date | null>;
  warned_at: Generated<Date | null>;
  resumed_at: Generated<Date | null>;
  deleted_at: Generated<Date | null>;
}

interface WebhookSecretsTable {
  id: string;
  endpoint: string;
  signs: "hmac" | "ed25519";
  public_key: string | null;
  created_at: Date;
  expires_at: Date | null;
}

interface WebhookReceiptsTable {
  key_hash: ColumnType<Buffer, Uint8Array>;
  fingerprint: ColumnType<Buffer, Uint8Array>;
  status: number;
  made: string | null;
  at: Generated<Date>;
  answered: Generated<boolean>;
}

interface AuditRecordsTable {
  /** A bigint, as text. */
  seq: string;
  at: Date;
  actor_kind: string;
  actor_id: string;
  actor_name: string;
  verb: string;
  subject: string;
  before: ColumnType<JsonValue, string>;
  after: ColumnType<JsonValue, string>;
  request_id: string | null;
  key_id: string;
  previous: Buffer;
  hash: Buffer;
}

interface AuditHeadTable {
  one: Generated<boolean>;
  /** A bigint, as text. */
  seq: string;
  hash: Buffer;
  key_id: string | null;
  signature: Buffer | null;
}
