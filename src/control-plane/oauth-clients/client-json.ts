/** OAuth clients as operators see them, and the parts of inputs that speak of clients. */
import { z } from "zod";
import { stateOf } from "../api-keys/key-json.ts";
import { httpsUrlProblem } from "../oauth/https-url.ts";
import { readRegisteredKeys } from "../oauth/public-keys.ts";
import type { Client, ClientAuth } from "./client-records.ts";

export const clientGiven = z
  .string()
  .min(1)
  .max(100)
  .meta({ description: "The client's id.", examples: ["cl_4fT0aZ91bQxy2Rk8sD"] });

/** What is in it is checked by `authGiven`, which can say more of it. */
export const jwksGiven = z
  .object({ keys: z.array(z.record(z.string().max(100), z.union([z.string().max(4_000), z.array(z.string().max(4_000)).max(20)]))).max(100) })
  .meta({ description: "The client's public keys (RFC 7517): P-256, Ed25519, or RSA of 2048 bits and more." });

export const jwksUrlGiven = z
  .string()
  .max(500)
  .meta({ description: "Where the client publishes its public keys; https only.", examples: ["https://partner.example/jwks.json"] });

const moment = z.iso.datetime();

export const clientShape = z.object({
  id: z.string(),
  partner: z.object({ id: z.string(), name: z.string() }),
  environment: z.enum(["live", "test"]),
  /** Of the client itself; while the partner is suspended, none of its clients is accepted. */
  state: z.enum(["active", "suspended", "expired", "revoked"]),
  auth: z.enum(["client_secret", "private_key_jwt", "external_issuer"]),
  key_ids: z.array(z.string().nullable()).nullable().meta({ description: "`kid` of each registered public key; null where they are not registered here." }),
  jwks_url: z.string().nullable(),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  secrets: z
    .array(z.object({ id: z.string(), created_at: moment, expires_at: moment.nullable() }))
    .meta({ description: "Those that are valid, newest first." }),
  scopes: z.array(z.string()),
  api_version: z.string(),
  label: z.string().nullable(),
  allow_from: z.array(z.string()).nullable(),
  created_at: moment,
  expires_at: moment.nullable(),
  suspended_at: moment.nullable(),
  revoked_at: moment.nullable(),
});

export type ClientJson = z.output<typeof clientShape>;

/** `now` in milliseconds since 1970. */
export function clientToJson(client: Client, now: number): ClientJson {
  const { secrets } = client;
  const valid = secrets.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
  return { ...clientForAudit({ ...client, secrets: valid }), state: stateOf(client, now) };
}

/** What was decided about a client, without what the clock makes of that. */
export function clientForAudit(client: Client): Omit<ClientJson, "state"> {
  const { auth } = client;
  return {
    id: client.id,
    partner: { id: client.partner, name: client.partnerName },
    environment: client.environment,
    auth: auth.kind,
    key_ids: "jwks" in auth ? auth.jwks.keys.map(({ kid }) => kid ?? null) : null,
    jwks_url: "jwksUrl" in auth ? auth.jwksUrl : null,
    issuer: "issuer" in auth ? auth.issuer : null,
    subject: "subject" in auth ? auth.subject : null,
    secrets: client.secrets.map(({ id, createdAt, expiresAt }) => ({ id, created_at: iso(createdAt), expires_at: isoOrNull(expiresAt) })),
    scopes: [...client.scopes],
    api_version: client.apiVersion,
    label: client.label ?? null,
    allow_from: client.allowFrom === undefined ? null : [...client.allowFrom],
    created_at: iso(client.createdAt),
    expires_at: isoOrNull(client.expiresAt),
    suspended_at: isoOrNull(client.suspendedAt),
    revoked_at: isoOrNull(client.revokedAt),
  };
}

/** The subject of an audit record. */
export function clientSubject(id: string): string {
  return `client ${id}`;
}

export function noClient(id: string): string {
  return `There is no client "${id}".`;
}

export interface PublicKeysGiven {
  readonly jwks?: unknown;
  readonly jwks_url?: string | undefined;
}

/** One of the two, and well formed. */
export function publicKeysOf({ jwks, jwks_url: url }: PublicKeysGiven): { readonly auth: ClientAuth } | { readonly reasons: readonly string[] } {
  if ((jwks === undefined) === (url === undefined)) return { reasons: ["A client with keys of its own needs jwks or jwks_url, and not both."] };
  if (url !== undefined) {
    const problem = httpsUrlProblem(url);
    return problem === undefined ? { auth: { kind: "private_key_jwt", jwksUrl: url } } : { reasons: [`jwks_url ${problem}`] };
  }
  const read = readRegisteredKeys(jwks);
  return read.kind === "read" ? { auth: { kind: "private_key_jwt", jwks: read.keys } } : { reasons: read.reasons };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function isoOrNull(at: number | undefined): string | null {
  return at === undefined ? null : iso(at);
}
