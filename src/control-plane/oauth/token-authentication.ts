/** Turns an access token, the gateway's own or that of an issuer that is trusted, into the principal that a key would lead to. */
import { expandScope } from "#contract/scope.ts";
import { Problem } from "#lib/problems.ts";
import { unlimited } from "#pipeline/limits.ts";
import type { Authentication, Authenticator, Principal, RefusalReason } from "#pipeline/principal.ts";
import { createKeyCache } from "../api-keys/key-cache.ts";
import type { IssuerRecords, TrustedIssuer } from "../issuers/issuer-records.ts";
import { isClientId } from "../oauth-clients/client-id.ts";
import type { ClientRecord, ClientRecords } from "../oauth-clients/client-records.ts";
import type { KeyRing } from "../signing-keys/key-ring.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { reasonAgainstClient } from "./client-lifecycle.ts";
import { checkJwt, readJwt, type UncheckedJwt } from "./jwt.ts";
import { remembered } from "./remembered.ts";
import type { RemoteKeys } from "./remote-keys.ts";

export interface TokenAuthenticationOptions {
  readonly tokens: AccessTokens;
  /** `iss` of the gateway's own tokens. */
  readonly issuer: string;
  readonly remoteKeys: RemoteKeys;
  readonly knownScopes: ReadonlySet<string>;
  readonly elapsedMs: () => number;
  /** How late a revocation may be seen, in milliseconds. */
  readonly cacheTtlMs?: number;
  readonly cacheCapacity?: number;
  readonly shareLookups?: boolean;
}

/** A request's own ways to the store. */
export interface TokenWays {
  readonly clients: ClientRecords;
  readonly issuers: IssuerRecords;
  readonly ring: KeyRing;
}

/** How late a process may notice that an issuer is trusted no longer. */
const issuersKeptMs = 5_000;
/** Tokens of issuers that nobody knows cost one look in this time, however many of them are sent. */
const issuersCoolDownMs = 1_000;

/** What a token says, once its signature and claims were checked. */
interface Bearer {
  readonly client: KnownClient | undefined;
  /** What it was issued for; undefined: whatever the client may. */
  readonly scopes: readonly string[] | undefined;
}

interface KnownClient {
  readonly record: ClientRecord;
  readonly scopes: ReadonlySet<string>;
  /** By the scopes that tokens were issued for: made once per lookup, not once per request. */
  readonly principals: Map<string, Principal>;
}

type Refused = Authentication & { readonly kind: "refused" };

/** Authenticators with one memory. They throw a `gateway-unavailable` problem when they cannot know. */
export function createTokenAuthentication(options: TokenAuthenticationOptions): (ways: TokenWays) => Authenticator {
  const { tokens, knownScopes, elapsedMs, remoteKeys, shareLookups = true } = options;
  const lookUp = createKeyCache<KnownClient>({
    elapsedMs,
    ttlMs: options.cacheTtlMs ?? 1_000,
    capacity: options.cacheCapacity ?? 10_000,
    shareLookups,
  });
  const issuers = remembered<readonly TrustedIssuer[]>({ elapsedMs, ttlMs: issuersKeptMs, coolDownMs: issuersCoolDownMs, shareLookups });

  function known(record: ClientRecord | undefined): KnownClient | undefined {
    return record && { record, scopes: new Set(record.scopes.flatMap((scope) => expandScope(scope, knownScopes))), principals: new Map() };
  }

  async function clientOf(name: string, find: () => Promise<ClientRecord | undefined>): Promise<KnownClient | undefined> {
    const found = lookUp(name, async () => known(await find()));
    return "then" in found ? found : found.entry;
  }

  async function byOwnToken({ clients, ring }: TokenWays, token: string, unchecked: UncheckedJwt, now: number): Promise<Bearer | Refused> {
    const checked = await tokens.check(ring, token, unchecked, now);
    if (checked.kind === "refused" || !isClientId(checked.client)) return refused("token");
    const client = await clientOf(checked.client, () => clients.find(checked.client));
    if (client !== undefined && client.record.environment !== checked.environment) return refused("token");
    return { client, scopes: checked.scopes };
  }

  async function byTokenOf(issuer: TrustedIssuer, { clients }: TokenWays, token: string, { header }: UncheckedJwt, now: number): Promise<Bearer | Refused> {
    if (!issuer.algorithms.some((algorithm) => algorithm === header.alg)) return refused("token");
    const found = await remoteKeys.find(issuer.jwksUrl, header);
    if (found.kind === "unavailable") throw new Error(`The keys of ${issuer.issuer} cannot be fetched.`);
    if (found.kind === "none") return refused("token");
    const checked = await checkJwt(token, {
      key: found.key,
      algorithms: issuer.algorithms,
      types: [issuer.tokenType.toLowerCase()],
      issuer: issuer.issuer,
      audiences: [issuer.audience],
      required: [issuer.clientClaim],
      now,
    });
    const subject = checked.kind === "valid" ? checked.claims[issuer.clientClaim] : undefined;
    if (checked.kind !== "valid" || typeof subject !== "string" || subject.length > maxSubjectLength) return refused("token");
    const client = await clientOf(`${issuer.id} ${subject}`, () => clients.findBySubject(issuer.id, subject));
    // What the issuer calls scopes is its own affair: what the client may is registered here.
    return { client, scopes: undefined };
  }

  async function bearerOf(ways: TokenWays, token: string, now: number): Promise<Bearer | Refused> {
    const unchecked = readJwt(token);
    if (unchecked === undefined) return refused("malformed");
    const { iss, aud } = unchecked.claims;
    if (iss === options.issuer) return byOwnToken(ways, token, unchecked, now);
    // Which audience is meant decides which keys are asked; that it is the only one is checked with them.
    const isMeant = (one: TrustedIssuer): boolean => one.issuer === iss && (Array.isArray(aud) ? aud.includes(one.audience) : aud === one.audience);
    const trusted = await issuers.get(
      () => ways.issuers.list(),
      (known) => !known.some(isMeant),
    );
    const issuer = trusted.find(isMeant);
    return issuer === undefined ? refused("token") : byTokenOf(issuer, ways, token, unchecked, now);
  }

  return (ways) => ({
    async authenticate(token, now, address): Promise<Authentication> {
      try {
        const bearer = await bearerOf(ways, token, now);
        if ("kind" in bearer) return bearer;
        if (bearer.client === undefined) return refused("unknown");
        const reason = reasonAgainstClient(bearer.client.record, now, address);
        return reason === undefined ? { kind: "authenticated", principal: principalOf(bearer.client, bearer.scopes, knownScopes) } : refused(reason);
      } catch (cause) {
        throw new Problem("gateway-unavailable", "Tokens cannot be checked at the moment.", { headers: { "Retry-After": "2" }, cause });
      }
    },
  });
}

export const maxSubjectLength = 255;

function refused(reason: RefusalReason): Refused {
  return { kind: "refused", reason };
}

/** A client has few kinds of tokens in use at once; more than these are not remembered. */
const maxPrincipals = 50;

function principalOf(client: KnownClient, issuedFor: readonly string[] | undefined, knownScopes: ReadonlySet<string>): Principal {
  const name = issuedFor?.join(" ") ?? "*";
  const made = client.principals.get(name) ?? makePrincipal(client, issuedFor, knownScopes);
  if (client.principals.size < maxPrincipals) client.principals.set(name, made);
  return made;
}

/** May do what the token was issued for, as far as its client still may. */
function makePrincipal({ record, scopes }: KnownClient, issuedFor: readonly string[] | undefined, knownScopes: ReadonlySet<string>): Principal {
  const narrowed = issuedFor?.flatMap((scope) => expandScope(scope, knownScopes)).filter((scope) => scopes.has(scope));
  return {
    partner: record.partner,
    partnerName: record.partnerName,
    environment: record.environment,
    keyId: record.id,
    scopes: narrowed === undefined ? scopes : new Set(narrowed),
    accounts: record.accounts,
    apiVersion: record.apiVersion,
    expiresAt: record.expiresAt,
    limits: unlimited,
  };
}
