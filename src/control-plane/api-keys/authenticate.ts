/** Turns the bearer token of a request into a principal: format, checksum, record, secret, lifecycle, in that order. */
import { timingSafeEqual } from "node:crypto";
import { expandScope } from "#contract/scope.ts";
import { sha256 } from "#lib/hash.ts";
import { Problem } from "#lib/problems.ts";
import type { Authentication, Authenticator, Principal } from "#pipeline/principal.ts";
import { parseKey } from "./format.ts";
import { createKeyCache } from "./key-cache.ts";
import type { KeyRecord, KeyRecords } from "./key-records.ts";
import { hashSecret, type Peppers } from "./peppers.ts";

export interface AuthenticationOptions {
  readonly peppers: Peppers;
  /** Every scope the contracts declare; a key's wildcards are expanded against them. */
  readonly knownScopes: ReadonlySet<string>;
  /** Monotonic milliseconds, e.g. `performance.now`. */
  readonly elapsedMs: () => number;
  readonly prefix?: string;
  /** How late a revocation may be seen, in milliseconds; 1000 by default, 0 looks up every request. */
  readonly cacheTtlMs?: number;
  readonly cacheCapacity?: number;
  /** Whether a request may wait for a lookup that another one began; true by default. */
  readonly shareLookups?: boolean;
}

export interface AuthenticatorOptions extends AuthenticationOptions {
  readonly keys: KeyRecords;
}

/** What the cache holds: the principal is built once per lookup, not once per request. */
interface KnownKey {
  readonly record: KeyRecord;
  readonly principal: Principal;
  /** SHA-256 of a secret that matched, for as long as the record is remembered: cheaper than the keyed hash, and no wrong secret has it. */
  proven?: Uint8Array;
}

/** The authenticator for API keys, where one connection to the store serves all requests. */
export function createKeyAuthenticator(options: AuthenticatorOptions): Authenticator {
  return createKeyAuthentication(options)(options.keys);
}

/**
 * Authenticators for API keys with one memory, each over its own way to the store. They throw a `gateway-unavailable`
 * problem when the store cannot be asked; they never refuse a caller for a fault of the gateway, and never admit one they
 * could not check.
 */
export function createKeyAuthentication(options: AuthenticationOptions): (keys: KeyRecords) => Authenticator {
  const { peppers, prefix } = options;
  const lookUp = createKeyCache<KnownKey>({
    elapsedMs: options.elapsedMs,
    ttlMs: options.cacheTtlMs ?? 1_000,
    capacity: options.cacheCapacity ?? 10_000,
    shareLookups: options.shareLookups ?? true,
  });
  // Compared when a key id is unknown, so that the answer takes as long as for a wrong secret.
  const dummy = hashSecret(peppers, peppers.current, "");
  const noSecret = sha256("");

  return (keys) => ({
    async authenticate(token: string, now: number): Promise<Authentication> {
      const parts = parseKey(token, prefix);
      if (parts.kind !== "key") return { kind: "refused", reason: parts.kind };
      try {
        const found = lookUp(parts.kid, async (kid) => {
          const record = await keys.find(kid);
          return record && { record, principal: principalOf(record, options.knownScopes) };
        });
        const known = "then" in found ? await found : found.entry;
        const plain = sha256(parts.secret);
        const isProven = timingSafeEqual(plain, known?.proven ?? noSecret);
        if (known && isProven && known.record.environment === parts.environment) return checkLifecycle(known, now);
        const mac = hashSecret(peppers, known?.record.pepperVersion ?? peppers.current, parts.secret);
        const matches = timingSafeEqual(mac, known?.record.mac ?? dummy);
        if (!known || known.record.environment !== parts.environment) return { kind: "refused", reason: "unknown" };
        if (!matches) return { kind: "refused", reason: "secret" };
        known.proven = plain;
        return checkLifecycle(known, now);
      } catch (cause) {
        throw new Problem("gateway-unavailable", "Keys cannot be checked at the moment.", { headers: { "Retry-After": "2" }, cause });
      }
    },
  });
}

function checkLifecycle({ record, principal }: KnownKey, now: number): Authentication {
  if (record.revokedAt !== undefined) return { kind: "refused", reason: "revoked" };
  if (record.suspendedAt !== undefined) return { kind: "refused", reason: "suspended" };
  if (record.expiresAt !== undefined && now >= record.expiresAt) return { kind: "refused", reason: "expired" };
  return { kind: "authenticated", principal };
}

function principalOf(record: KeyRecord, knownScopes: ReadonlySet<string>): Principal {
  return {
    partner: record.partner,
    partnerName: record.partnerName,
    environment: record.environment,
    keyId: record.kid,
    scopes: new Set(record.scopes.flatMap((scope) => expandScope(scope, knownScopes))),
    accounts: record.accounts,
    apiVersion: record.apiVersion,
    expiresAt: record.expiresAt,
    limits: record.limits,
  };
}
