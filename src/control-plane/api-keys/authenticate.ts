/** Turns the bearer token of a request into a principal: format, checksum, record, secret, lifecycle, address, in that order. */
import { timingSafeEqual } from "node:crypto";
import { expandScope } from "#contract/scope.ts";
import { sha256 } from "#lib/hash.ts";
import { Problem } from "#lib/problems.ts";
import type { Authentication, Principal } from "#pipeline/principal.ts";
import { type AddressRange, isWithin, parseRange } from "../addresses/address.ts";
import type { ChangeWatch } from "../credentials/change-watch.ts";
import type { RecallingAuthenticator } from "../credentials/recalling-authenticator.ts";
import { createRecordCache, type RecordCache } from "../credentials/record-cache.ts";
import { type KeyParts, parseKey } from "./format.ts";
import type { KeyRecord, KeyRecords } from "./key-records.ts";
import { hashSecret, type Peppers } from "./peppers.ts";

export interface AuthenticationOptions {
  readonly peppers: Peppers;
  /** Every scope the contracts declare; a key's wildcards are expanded against them. */
  readonly knownScopes: ReadonlySet<string>;
  /** Monotonic milliseconds, e.g. `performance.now`. */
  readonly elapsedMs: () => number;
  readonly prefix?: string;
  /** Tells of changes; where nothing can watch for them, a key is looked up anew after a second. */
  readonly watch?: Pick<ChangeWatch, "confirmedAt" | "onChange">;
  readonly cacheCapacity?: number;
  /** Whether a request may wait for a lookup that another one began; true by default. */
  readonly shareLookups?: boolean;
}

export interface AuthenticatorOptions extends AuthenticationOptions {
  readonly keys: KeyRecords;
}

/** What the cache holds: the principal is built once per lookup, not once per request. */
export interface KnownKey {
  readonly record: KeyRecord;
  readonly principal: Principal;
  /** Undefined: from anywhere. */
  readonly allowed: readonly AddressRange[] | undefined;
  /** SHA-256 of a secret that matched, for as long as the record is remembered: cheaper than the keyed hash, and no wrong secret has it. */
  proven?: Uint8Array;
  /** Whether a wrong secret has been tried since the lookup. */
  probed?: boolean;
}

export interface KeyAuthentication {
  over(keys: KeyRecords): RecallingAuthenticator;
  readonly counts: RecordCache<KnownKey>["counts"];
}

/** The authenticator for API keys, where one connection to the store serves all requests. */
export function createKeyAuthenticator(options: AuthenticatorOptions): RecallingAuthenticator {
  return createKeyAuthentication(options).over(options.keys);
}

/**
 * Authenticators for API keys with one memory, each over its own way to the store. They throw a `gateway-unavailable`
 * problem when the store cannot be asked; they never refuse a caller for a fault of the gateway, and never admit one they
 * could not check.
 */
export function createKeyAuthentication(options: AuthenticationOptions): KeyAuthentication {
  const { peppers, prefix, watch } = options;
  const cache = createRecordCache<KnownKey>({
    kind: "key",
    elapsedMs: options.elapsedMs,
    confirmedAt: watch?.confirmedAt,
    dependsOn: ({ record }) => [`partner:${record.partner}`],
    capacity: options.cacheCapacity ?? 100_000,
    shareLookups: options.shareLookups ?? true,
  });
  watch?.onChange(cache.forget);
  const scopesOf = expandedScopes(options.knownScopes);
  // Compared when a key id is unknown, so that the answer takes as long as for a wrong secret.
  const dummy = hashSecret(peppers, peppers.current, "");
  const noSecret = sha256("");

  function prove(known: KnownKey | undefined, { environment, secret }: KeyParts): "proven" | "secret" | "unknown" {
    const plain = sha256(secret);
    const isProven = timingSafeEqual(plain, known?.proven ?? noSecret);
    if (known && isProven && known.record.environment === environment) return "proven";
    const mac = hashSecret(peppers, known?.record.pepperVersion ?? peppers.current, secret);
    const matches = timingSafeEqual(mac, known?.record.mac ?? dummy);
    if (!known || known.record.environment !== environment) return "unknown";
    if (!matches) return "secret";
    known.proven = plain;
    return "proven";
  }

  function authenticator(keys: KeyRecords): RecallingAuthenticator {
    const look = async (kid: string): Promise<KnownKey | undefined> => {
      const record = await keys.find(kid);
      if (record === undefined) return undefined;
      return { record, principal: principalOf(record, scopesOf(record.scopes)), allowed: rangesOf(record.allowFrom) };
    };
    return {
      async authenticate(token, now, address) {
        const parts = parseKey(token, prefix);
        if (parts.kind !== "key") return { kind: "refused", reason: parts.kind };
        try {
          const found = cache.find(parts.kid, look);
          const known = "then" in found ? (await found).entry : found.entry;
          const proof = prove(known, parts);
          if (known && proof === "proven") return checkLifecycle(known, now, address);
          // The first time, an unknown id costs a lookup: a known one that is remembered must not be told from it.
          if (known && !("then" in found) && known.probed !== true) await keys.find(parts.kid);
          if (known) known.probed = true;
          return { kind: "refused", reason: proof === "secret" ? "secret" : "unknown" };
        } catch (cause) {
          throw new Problem("gateway-unavailable", "Keys cannot be checked at the moment.", { headers: { "Retry-After": "2" }, cause });
        }
      },
      recall(token, now, address) {
        const parts = parseKey(token, prefix);
        if (parts.kind !== "key") return undefined;
        const known = cache.recall(parts.kid)?.entry;
        if (known?.proven === undefined || known.record.environment !== parts.environment) return undefined;
        if (!timingSafeEqual(sha256(parts.secret), known.proven)) return undefined;
        const checked = checkLifecycle(known, now, address);
        return checked.kind === "authenticated" ? checked.principal : undefined;
      },
    };
  }

  return { over: authenticator, counts: cache.counts };
}

function checkLifecycle({ record, principal, allowed }: KnownKey, now: number, address: string | undefined): Authentication {
  if (record.revokedAt !== undefined) return { kind: "refused", reason: "revoked" };
  if (record.suspendedAt !== undefined) return { kind: "refused", reason: "suspended" };
  if (record.expiresAt !== undefined && now >= record.expiresAt) return { kind: "refused", reason: "expired" };
  // Where nobody knows the client's address, a key that is bound to addresses is of no use.
  if (allowed !== undefined && (address === undefined || !isWithin(address, allowed))) return { kind: "refused", reason: "address" };
  return { kind: "authenticated", principal };
}

/** Throws where one is no range: to leave it out could only be wrong. */
function rangesOf(allowFrom: readonly string[] | undefined): readonly AddressRange[] | undefined {
  return allowFrom?.map((text) => {
    const range = parseRange(text);
    if (range === undefined) throw new Error("A key's list of addresses holds what is none.");
    return range;
  });
}

/** Keys with the same scopes share one set: there may be a hundred thousand of them in memory. */
function expandedScopes(knownScopes: ReadonlySet<string>): (scopes: readonly string[]) => ReadonlySet<string> {
  const sets = new Map<string, ReadonlySet<string>>();
  return (scopes) => {
    const text = scopes.join(" ");
    const set = sets.get(text) ?? new Set(scopes.flatMap((scope) => expandScope(scope, knownScopes)));
    if (sets.size >= 1_000) sets.clear();
    sets.set(text, set);
    return set;
  };
}

function principalOf(record: KeyRecord, scopes: ReadonlySet<string>): Principal {
  return {
    partner: record.partner,
    partnerName: record.partnerName,
    environment: record.environment,
    keyId: record.kid,
    scopes,
    accounts: record.accounts,
    apiVersion: record.apiVersion,
    expiresAt: record.expiresAt,
    warnsOfExpiry: true,
    limits: record.limits,
  };
}
