/** Turns an access token, the gateway's own or that of an issuer that is trusted, into the principal that a key would lead to. */
import { expandScope } from "#contract/scope.ts";
import { Problem } from "#lib/problems.ts";
import type { Authentication, Principal, RefusalReason } from "#pipeline/principal.ts";
import type { ChangeWatch } from "../credentials/change-watch.ts";
import type { RecallingAuthenticator } from "../credentials/recalling-authenticator.ts";
import { createRecordCache, type FindRecord, type RecordCache } from "../credentials/record-cache.ts";
import type { IssuerRecords, TrustedIssuer } from "../issuers/issuer-records.ts";
import { isClientId } from "../oauth-clients/client-id.ts";
import type { ClientRecord, ClientRecords } from "../oauth-clients/client-records.ts";
import type { KeyRing } from "../signing-keys/key-ring.ts";
import type { AccessTokens } from "./access-tokens.ts";
import { reasonAgainstClient } from "./client-lifecycle.ts";
import { principalOfClient } from "./client-principal.ts";
import { checkJwt, readJwt, type UncheckedJwt } from "./jwt.ts";
import { type Proven, provenTokens } from "./proven-tokens.ts";
import { remembered } from "./remembered.ts";
import type { RemoteKeys } from "./remote-keys.ts";

export interface TokenAuthenticationOptions {
  readonly tokens: AccessTokens;
  /** `iss` of the gateway's own tokens. */
  readonly issuer: string;
  readonly remoteKeys: RemoteKeys;
  readonly knownScopes: ReadonlySet<string>;
  readonly elapsedMs: () => number;
  /** Tells of changes; where nothing can watch for them, a client is looked up anew after a second. */
  readonly watch?: Pick<ChangeWatch, "confirmedAt" | "onChange"> | undefined;
  readonly cacheCapacity?: number | undefined;
  readonly shareLookups: boolean;
}

/** A request's own ways to the store. */
export interface TokenWays {
  readonly clients: ClientRecords;
  readonly issuers: IssuerRecords;
  readonly ring: KeyRing;
}

export interface TokenAuthentication {
  over(ways: TokenWays): RecallingAuthenticator;
  readonly counts: readonly RecordCache<unknown>["counts"][];
}

/** How late a process may notice that an issuer is trusted no longer. */
const issuersKeptMs = 5_000;
/** Tokens of issuers that nobody knows cost one look in this time, however many of them are sent. */
const issuersCoolDownMs = 1_000;
const usualCapacity = 100_000;
const maxProven = 20_000;
/** Of the claim that names a client. */
const maxSubjectLength = 255;

interface KnownClient {
  readonly record: ClientRecord;
  readonly scopes: ReadonlySet<string>;
  /** By the scopes that tokens were issued for: made once per lookup, not once per request. */
  readonly principals: Map<string, Principal>;
}

type Refused = Authentication & { readonly kind: "refused" };

/** Authenticators with one memory. They throw a `gateway-unavailable` problem when they cannot know. */
export function createTokenAuthentication(options: TokenAuthenticationOptions): TokenAuthentication {
  const { tokens, knownScopes, elapsedMs, remoteKeys, shareLookups, watch } = options;
  const shared = { elapsedMs, confirmedAt: watch?.confirmedAt, capacity: options.cacheCapacity ?? usualCapacity, shareLookups };
  const partnerOf = ({ record }: KnownClient): string => `partner:${record.partner}`;
  const own = createRecordCache<KnownClient>({ ...shared, kind: "client", dependsOn: (client) => [partnerOf(client)] });
  // By issuer and name there: nothing that changes is called so, so each depends on its record.
  const external = createRecordCache<KnownClient>({ ...shared, kind: "subject", dependsOn: (client) => [partnerOf(client), `client:${client.record.id}`] });
  const issuers = remembered<readonly TrustedIssuer[]>({ elapsedMs, ttlMs: issuersKeptMs, coolDownMs: issuersCoolDownMs, shareLookups });
  const proven = provenTokens(maxProven);
  watch?.onChange(own.forget);
  watch?.onChange(external.forget);

  function known(record: ClientRecord | undefined): KnownClient | undefined {
    return record && { record, scopes: new Set(record.scopes.flatMap((scope) => expandScope(scope, knownScopes))), principals: new Map() };
  }

  async function ownToken({ ring }: TokenWays, token: string, unchecked: UncheckedJwt, now: number): Promise<Proven | undefined> {
    const checked = await tokens.check(ring, token, unchecked, now);
    if (checked.kind === "refused" || !isClientId(checked.client)) return undefined;
    const { kid, client, scopes, environment, exp } = checked;
    return { by: { kind: "key", kid }, client, scopes, environment, exp };
  }

  async function tokenOf(issuer: TrustedIssuer, token: string, { header }: UncheckedJwt, now: number): Promise<Proven | undefined> {
    if (!issuer.algorithms.some((algorithm) => algorithm === header.alg)) return undefined;
    const found = await remoteKeys.find(issuer.jwksUrl, header);
    if (found.kind === "unavailable") throw new Error(`The keys of ${issuer.issuer} cannot be fetched.`);
    if (found.kind === "none") return undefined;
    const checked = await checkJwt(token, {
      key: found.key,
      algorithms: issuer.algorithms,
      types: [issuer.tokenType.toLowerCase()],
      issuer: issuer.issuer,
      audiences: [issuer.audience],
      required: [issuer.clientClaim],
      now,
    });
    const client = checked.kind === "valid" ? checked.claims[issuer.clientClaim] : undefined;
    if (checked.kind !== "valid" || typeof client !== "string" || client.length > maxSubjectLength) return undefined;
    // What the issuer calls scopes is its own affair: what the client may is registered here.
    return { by: { kind: "issuer", id: issuer.id }, client, scopes: undefined, environment: undefined, exp: checked.claims.exp };
  }

  async function prove(ways: TokenWays, token: string, now: number): Promise<Proven | RefusalReason> {
    const unchecked = readJwt(token);
    if (unchecked === undefined) return "malformed";
    const { iss, aud } = unchecked.claims;
    if (iss === options.issuer) return (await ownToken(ways, token, unchecked, now)) ?? "token";
    // Which audience is meant decides which keys are asked; that it is the only one is checked with them.
    const isMeant = (one: TrustedIssuer): boolean => one.issuer === iss && (Array.isArray(aud) ? aud.includes(one.audience) : aud === one.audience);
    const trusted = await issuers.get(
      () => ways.issuers.list(),
      (all) => !all.some(isMeant),
    );
    const issuer = trusted.find(isMeant);
    return (issuer && (await tokenOf(issuer, token, unchecked, now))) ?? "token";
  }

  /** Whether what vouched for a token that was proven before still counts. */
  async function stillCounts({ by }: Proven, { ring, issuers: records }: TokenWays): Promise<boolean> {
    if (by.kind === "key") return (await ring.find(by.kid)) !== undefined;
    return (await issuers.get(() => records.list())).some(({ id }) => id === by.id);
  }

  function isTrusted(issuer: string): boolean {
    return issuers.recall()?.some(({ id }) => id === issuer) ?? false;
  }

  function place({ by, client }: Proven): { readonly cache: RecordCache<KnownClient>; readonly id: string } {
    return by.kind === "key" ? { cache: own, id: client } : { cache: external, id: `${by.id} ${client}` };
  }

  function judge(client: KnownClient | undefined, token: Proven, now: number, address: string | undefined): Authentication {
    if (client === undefined) return refused("unknown");
    if (token.environment !== undefined && token.environment !== client.record.environment) return refused("token");
    const reason = reasonAgainstClient(client.record, now, address);
    return reason === undefined ? { kind: "authenticated", principal: principalOf(client, token.scopes, knownScopes) } : refused(reason);
  }

  return {
    counts: [own.counts, external.counts],
    over: (ways) => ({
      async authenticate(token, now, address): Promise<Authentication> {
        try {
          const before = proven.find(token, now);
          const found = before !== undefined && (await stillCounts(before, ways)) ? before : await prove(ways, token, now);
          if (typeof found === "string") return refused(found);
          if (found !== before) proven.keep(token, found);
          const { cache, id } = place(found);
          const look: FindRecord<KnownClient> = async () =>
            known(found.by.kind === "key" ? await ways.clients.find(found.client) : await ways.clients.findBySubject(found.by.id, found.client));
          const remembering = cache.find(id, look);
          return judge(("then" in remembering ? await remembering : remembering).entry, found, now, address);
        } catch (cause) {
          throw new Problem("gateway-unavailable", "Tokens cannot be checked at the moment.", { headers: { "Retry-After": "2" }, cause });
        }
      },
      recall(token, now, address) {
        const found = proven.find(token, now);
        if (found === undefined) return undefined;
        const counts = found.by.kind === "key" ? ways.ring.recalls(found.by.kid) : isTrusted(found.by.id);
        if (!counts) return undefined;
        const { cache, id } = place(found);
        const judged = judge(cache.recall(id)?.entry, found, now, address);
        return judged.kind === "authenticated" ? judged.principal : undefined;
      },
    }),
  };
}

function refused(reason: RefusalReason): Refused {
  return { kind: "refused", reason };
}

/** A client has few kinds of tokens in use at once; more than these are not remembered. */
const maxPrincipals = 50;

function principalOf(client: KnownClient, issuedFor: readonly string[] | undefined, knownScopes: ReadonlySet<string>): Principal {
  const name = issuedFor?.join(" ") ?? "*";
  const made = client.principals.get(name) ?? principalOfClient(client.record, narrowed(client, issuedFor, knownScopes));
  if (client.principals.size < maxPrincipals) client.principals.set(name, made);
  return made;
}

/** What the token was issued for, as far as its client still may do it. */
function narrowed({ scopes }: KnownClient, issuedFor: readonly string[] | undefined, knownScopes: ReadonlySet<string>): ReadonlySet<string> {
  if (issuedFor === undefined) return scopes;
  return new Set(issuedFor.flatMap((scope) => expandScope(scope, knownScopes)).filter((scope) => scopes.has(scope)));
}
