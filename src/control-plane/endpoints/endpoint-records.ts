/** Ports: what the verbs on webhook endpoints need of a store. */
import type { endpointStates, signatureKinds } from "#contract/webhook-endpoints.ts";
import type { Envelope } from "#lib/envelope.ts";
import type { Environment } from "#pipeline/principal.ts";

export type SignatureKind = (typeof signatureKinds)[number];

/** Times in milliseconds since 1970, as all here. */
export interface WebhookSecret {
  readonly id: string;
  readonly signs: SignatureKind;
  /** Of ed25519: `whpk_` and base64. */
  readonly publicKey: string | undefined;
  readonly createdAt: number;
  /** Undefined: it is the one in use. */
  readonly expiresAt: number | undefined;
}

/** What is decided about an endpoint. */
export interface EndpointTerms {
  readonly url: string;
  readonly types: readonly string[];
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
  readonly description: string | undefined;
  readonly signs: SignatureKind;
  readonly state: (typeof endpointStates)[number];
  readonly stateReason: string | undefined;
  readonly verifiedAt: number | undefined;
}

export interface WebhookEndpoint extends EndpointTerms {
  readonly id: string;
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly failingSince: number | undefined;
  /** Newest first, those that have ended among them. */
  readonly secrets: readonly WebhookSecret[];
}

/** A request of a partner that was done. */
export interface EndpointReceipt {
  readonly fingerprint: Uint8Array;
  readonly status: number;
  /** Path of what it made. */
  readonly made: string | undefined;
  /** Undefined when it is no longer kept. */
  readonly answer: Envelope | undefined;
}

export interface EndpointRecords {
  insert(endpoint: Omit<WebhookEndpoint, "secrets" | "failingSince">): Promise<void>;
  /** None that was deleted is found. */
  find(id: string): Promise<WebhookEndpoint | undefined>;
  /** The same, and nobody else changes it until the transaction ends. */
  lock(id: string): Promise<WebhookEndpoint | undefined>;
  /** Newest first. `after`: the last id of the page before. */
  list(
    of: { readonly partner?: string | undefined; readonly environment?: Environment | undefined },
    after: string | undefined,
    limit: number,
  ): Promise<WebhookEndpoint[]>;
  count(partner: string, environment: Environment): Promise<number>;
  setTerms(id: string, terms: EndpointTerms): Promise<void>;
  /** Notes that it is sent events again, what was held first, at a rate that grows; what failed before counts no more. Its partner is told. */
  setResumed(id: string): Promise<void>;
  /** Its secrets are gone for good; its row stays for those who look at its deliveries. */
  delete(id: string): Promise<void>;
  insertSecret(endpoint: string, secret: WebhookSecret, sealed: Envelope): Promise<void>;
  /** At that time; those that have ended are deleted. */
  endSecrets(endpoint: string, ids: readonly string[], at: number): Promise<void>;
  /** Of one secret. */
  sealed(secret: string): Promise<Envelope | undefined>;
  /** Notes a challenge or a test; the seconds to wait where there were too many, else 0. */
  takeProbe(endpoint: Pick<WebhookEndpoint, "id" | "partner" | "environment">): Promise<number>;
  receipt(keyHash: Uint8Array): Promise<EndpointReceipt | undefined>;
  /** False: another request has the same key; waits for one that is underway. Within the transaction of what is done. */
  claim(keyHash: Uint8Array, fingerprint: Uint8Array): Promise<boolean>;
  finish(keyHash: Uint8Array, receipt: Omit<EndpointReceipt, "fingerprint">): Promise<void>;
}

/** Of the sealed secret. */
export function placeOfSecret(secret: string): { readonly table: string; readonly row: string } {
  return { table: "webhook_secrets", row: secret };
}

/** Of the sealed answer. */
export function placeOfReceipt(keyHash: Uint8Array): { readonly table: string; readonly row: string } {
  return { table: "webhook_receipts", row: Buffer.from(keyHash).toString("hex") };
}
