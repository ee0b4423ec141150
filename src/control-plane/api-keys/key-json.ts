/** API keys as operators see them, and the parts of inputs that speak of keys. */
import { z } from "zod";
import type { ApiKey } from "./key-records.ts";

/** In inputs and paths: the key's public part. A whole key is refused without being repeated, since answers and logs may hold it. */
export const keyGiven = z
  .string()
  .regex(/^[0-9A-Za-z]{12}$/, "Takes a key id, which is the third part of a key, such as 4fT0aZ91bQxy.")
  .meta({ description: "The key id: the third part of a key.", examples: ["4fT0aZ91bQxy"] });

export const scopesGiven = z
  .array(z.string().max(100))
  .max(1_000)
  .meta({ examples: [["orders:read", "products:*"]] });

export const networksGiven = z.array(z.string().max(100)).meta({
  description: "Addresses and networks in CIDR notation that the key may be used from.",
  examples: [["203.0.113.0/24"]],
});

const moment = z.iso.datetime();

export const keyShape = z.object({
  id: z.string(),
  partner: z.object({ id: z.string(), name: z.string(), state: z.enum(["active", "suspended"]) }),
  environment: z.enum(["live", "test"]),
  /** Of the key itself; while the partner is suspended, none of its keys is accepted. */
  state: z.enum(["active", "suspended", "expired", "revoked"]),
  scopes: z.array(z.string()),
  api_version: z.string(),
  label: z.string().nullable(),
  allow_from: z.array(z.string()).nullable(),
  replaces: z.string().nullable(),
  replaced_by: z.string().nullable(),
  created_at: moment,
  expires_at: moment.nullable(),
  suspended_at: moment.nullable(),
  revoked_at: moment.nullable(),
});

export type KeyJson = z.output<typeof keyShape>;

/** `now` in milliseconds since 1970. */
export function keyToJson(key: ApiKey, now: number): KeyJson {
  return { ...termsOf(key), state: stateOf(key, now), replaced_by: key.replacedBy ?? null };
}

/** What an audit record says of a key: what was decided about it, without what the clock makes of that. */
export function keyForAudit(key: ApiKey) {
  return termsOf(key);
}

function termsOf(key: ApiKey): Omit<KeyJson, "state" | "replaced_by"> {
  return {
    id: key.kid,
    partner: { id: key.partner, name: key.partnerName, state: key.partnerSuspendedAt === undefined ? "active" : "suspended" },
    environment: key.environment,
    scopes: [...key.scopes],
    api_version: key.apiVersion,
    label: key.label ?? null,
    allow_from: key.allowFrom === undefined ? null : [...key.allowFrom],
    replaces: key.replaces ?? null,
    created_at: new Date(key.createdAt).toISOString(),
    expires_at: iso(key.expiresAt),
    suspended_at: iso(key.suspendedAt),
    revoked_at: iso(key.revokedAt),
  };
}

export function stateOf(key: Pick<ApiKey, "revokedAt" | "expiresAt" | "suspendedAt">, now: number): KeyJson["state"] {
  if (key.revokedAt !== undefined) return "revoked";
  if (key.expiresAt !== undefined && key.expiresAt <= now) return "expired";
  return key.suspendedAt === undefined ? "active" : "suspended";
}

/** The subject of an audit record. */
export function keySubject(kid: string): string {
  return `key ${kid}`;
}

export function noKey(kid: string): string {
  return `There is no key "${kid}".`;
}

function iso(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
