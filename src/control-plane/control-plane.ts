/** The ports that verbs are run with. */
import type { Envelopes } from "#lib/envelope.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { KeyRegister, KeyUses } from "./api-keys/key-records.ts";
import type { Peppers } from "./api-keys/peppers.ts";
import type { AuditEntry, AuditRecords } from "./audit/audit-records.ts";
import type { AuditChain } from "./audit/chain.ts";
import type { DeliveryRecords } from "./deliveries/delivery-records.ts";
import type { EndpointRecords } from "./endpoints/endpoint-records.ts";
import type { WebhookWays } from "./endpoints/webhook-ways.ts";
import type { EventRecords } from "./events/event-records.ts";
import type { IssuerRegister } from "./issuers/issuer-records.ts";
import type { PlanRecords } from "./limits/plan-records.ts";
import type { ClientRegister } from "./oauth-clients/client-records.ts";
import type { OperatorRecords } from "./operators/operator-records.ts";
import type { PartnerRecords } from "./partners/partner-records.ts";
import type { ScanStateRecords } from "./scans/scan-state-records.ts";
import type { SecretRecords } from "./secrets/secret-records.ts";
import type { SigningKeyRecords } from "./signing-keys/signing-key-records.ts";
import type { UsageRecords } from "./usage/usage-records.ts";
import type { Asking } from "./verb.ts";

/** The gateway's own records, each with a port of its own. */
export interface Records {
  readonly partners: PartnerRecords;
  readonly keys: KeyRegister;
  readonly clients: ClientRegister;
  readonly issuers: IssuerRegister;
  readonly signingKeys: SigningKeyRecords;
  readonly secrets: SecretRecords;
  readonly plans: PlanRecords;
  readonly audit: AuditRecords;
  readonly operators: OperatorRecords;
  readonly usage: UsageRecords;
  readonly events: EventRecords;
  readonly endpoints: EndpointRecords;
  readonly scans: ScanStateRecords;
  readonly deliveries: DeliveryRecords;
  /** Where uses of keys and clients are noted. */
  readonly keyUses?: KeyUses;
}

export interface Changing {
  readonly records: Records;
  /** Notes what the change does. A change that notes nothing is undone. */
  audit(entry: AuditEntry): Promise<void>;
}

export interface ControlPlane {
  /** For reading. */
  readonly records: Records;
  /** A change and its audit records, in one transaction: both, or neither. */
  change<T>(asking: Asking, work: (changing: Changing) => Promise<T>): Promise<T>;
  readonly peppers: Peppers;
  /** Seals secrets at rest. */
  readonly envelopes: Envelopes;
  readonly auditChain: AuditChain;
  /** Events there are, and the way to those who receive them. */
  readonly webhooks: WebhookWays;
  /** Every scope that can be granted. */
  readonly knownScopes: ReadonlySet<string>;
  /** Contract versions, newest first. */
  readonly versions: readonly [string, ...string[]];
  /** Keys begin with it. */
  readonly keyPrefix: string | undefined;
  /** Environments that some source has no URL for. */
  readonly notServed: ReadonlySet<Environment>;
}
