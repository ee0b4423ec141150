/** Ports: what the verbs on OAuth clients and their authentication need of a store. */
import type { LimitTerms } from "#pipeline/limits.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { PublicKeySet } from "../oauth/public-keys.ts";

/** How a client proves to be itself. */
export type ClientAuth =
  | { readonly kind: "client_secret" }
  /** Signs assertions (RFC 7523) with a private key, whose public part is here or at a URL. */
  | { readonly kind: "private_key_jwt"; readonly jwks: PublicKeySet }
  | { readonly kind: "private_key_jwt"; readonly jwksUrl: string }
  /** Brings tokens of an issuer that is trusted, in which it goes by this name. */
  | { readonly kind: "external_issuer"; readonly issuer: string; readonly subject: string };

/** A client as it is shown in lists; nothing of it is secret. Times in milliseconds since 1970. */
export interface Client {
  readonly id: string;
  readonly partner: string;
  readonly partnerName: string;
  readonly environment: Environment;
  readonly auth: ClientAuth;
  readonly scopes: readonly string[];
  /** Networks it may come from, in canonical CIDR notation; undefined: from anywhere. */
  readonly allowFrom: readonly string[] | undefined;
  /** `YYYY-MM-DD` */
  readonly apiVersion: string;
  readonly label: string | undefined;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
  readonly suspendedAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** Newest first; expired ones too. */
  readonly secrets: readonly ClientSecretShown[];
}

export interface ClientSecretShown {
  /** Public: tells one from the other. */
  readonly id: string;
  readonly createdAt: number;
  readonly expiresAt: number | undefined;
}

export interface ClientSecret extends ClientSecretShown {
  readonly mac: Uint8Array;
  readonly pepperVersion: number;
}

/** A client with what is needed to check that it is one. */
export interface ClientRecord extends Client {
  readonly secrets: readonly ClientSecret[];
  /** The partner's accounts in the client's environment. */
  readonly accounts: readonly string[];
  /** While it is set, no credential of the partner is accepted. */
  readonly partnerSuspendedAt: number | undefined;
  /** Of its partner's plan. */
  readonly limits: LimitTerms;
}

/** Port of the request path. Rejects when the store cannot be reached; answers within a bounded time. */
export interface ClientRecords {
  find(id: string): Promise<ClientRecord | undefined>;
  /** The client that goes by this name with an issuer. */
  findBySubject(issuer: string, subject: string): Promise<ClientRecord | undefined>;
  /**
   * Notes that an assertion was used; whether it is the first time. `seconds`: for how long it has to be remembered. By the
   * database's clock, and whichever process asks.
   */
  useAssertion(client: string, jtiHash: Uint8Array, seconds: number): Promise<boolean>;
}

export type NewClient = Omit<Client, "partnerName" | "suspendedAt" | "revokedAt" | "secrets">;

/** What can be changed of a client besides how it proves to be itself. */
export type ClientTerms = Pick<Client, "scopes" | "allowFrom" | "apiVersion" | "label" | "expiresAt" | "suspendedAt" | "revokedAt">;

/** Port of the control plane; within a transaction where something is changed. */
export interface ClientRegister {
  /** `subject-taken`: another client goes by that name with that issuer. */
  insert(client: NewClient): Promise<"inserted" | "subject-taken">;
  insertSecret(client: string, secret: ClientSecret): Promise<void>;
  /** Those that end later end then. */
  endSecrets(client: string, ids: readonly string[], at: number): Promise<void>;
  find(id: string): Promise<Client | undefined>;
  /** The same, and nobody else changes it until the transaction ends. */
  lock(id: string): Promise<Client | undefined>;
  /** Newest first, of one partner where its id is given; after the client of the id `after`. */
  list(filter: { readonly partner: string | undefined }, after: string | undefined, limit: number): Promise<Client[]>;
  setAuth(id: string, auth: ClientAuth): Promise<void>;
  setTerms(id: string, terms: ClientTerms): Promise<void>;
}
