/** OAuth2 put together: the token endpoint, the published keys and the check of tokens, over each request's own way to the store. */
import type { Envelopes } from "#lib/envelope.ts";
import type { Peppers } from "../api-keys/peppers.ts";
import type { ChangeWatch } from "../credentials/change-watch.ts";
import type { RecallingAuthenticator } from "../credentials/recalling-authenticator.ts";
import type { IssuerRecords } from "../issuers/issuer-records.ts";
import type { ClientRecords } from "../oauth-clients/client-records.ts";
import { createKeyRing } from "../signing-keys/key-ring.ts";
import type { SigningKeyRecords } from "../signing-keys/signing-key-records.ts";
import { accessTokens } from "./access-tokens.ts";
import { clientAuthentication } from "./authenticate-client.ts";
import { isJwt } from "./jwt.ts";
import { oauthPaths } from "./metadata.ts";
import type { PublicKeySet } from "./public-keys.ts";
import { type FetchKeys, remoteKeys } from "./remote-keys.ts";
import { createTokenAuthentication, type TokenAuthentication } from "./token-authentication.ts";
import { type TokenAnswer, type TokenRequest, tokenRequests } from "./token-request.ts";

export interface OAuthOptions {
  /** Where partners reach the gateway, without a slash at the end. */
  readonly issuer: string;
  readonly peppers: Peppers;
  readonly envelopes: Envelopes;
  /** Every scope the contracts declare. */
  readonly knownScopes: ReadonlySet<string>;
  /** Of the project's keys and secrets. */
  readonly prefix?: string | undefined;
  readonly fetchKeys: FetchKeys;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** Tells of changes; where nothing can watch for them, what was looked up is looked up anew after a second. */
  readonly watch?: Pick<ChangeWatch, "confirmedAt" | "onChange">;
  readonly cacheCapacity?: number;
  /** Whether a request may wait for something that another one began to look up; true by default. */
  readonly shareLookups?: boolean;
  readonly warn: (fields: Readonly<Record<string, unknown>>, message: string) => void;
}

export interface OAuthRecords {
  readonly clients: ClientRecords;
  readonly issuers: IssuerRecords;
  readonly signingKeys: SigningKeyRecords;
}

/** What the edge serves. All of it throws only when the store cannot be asked. */
export interface TokenServer {
  token(request: TokenRequest): Promise<TokenAnswer>;
  publicKeys(): Promise<PublicKeySet>;
}

export interface OAuth {
  over(records: OAuthRecords): {
    readonly server: TokenServer;
    /** Of access tokens alone. */
    readonly authenticator: RecallingAuthenticator;
  };
  readonly counts: TokenAuthentication["counts"];
}

/** One memory of values for all requests. */
export function createOAuth(options: OAuthOptions): OAuth {
  const { issuer, knownScopes, elapsedMs, watch, shareLookups = true } = options;
  const ringOf = createKeyRing({ envelopes: options.envelopes, elapsedMs, shareLookups, watch });
  const remote = remoteKeys({ fetchKeys: options.fetchKeys, elapsedMs, shareLookups, warn: options.warn });
  const tokens = accessTokens(issuer);
  const authenticateClient = clientAuthentication({
    peppers: options.peppers,
    prefix: options.prefix,
    remoteKeys: remote,
    audiences: [issuer + oauthPaths.token, issuer],
  });
  const answer = tokenRequests({ authenticateClient, tokens, knownScopes });
  const authentication = createTokenAuthentication({
    ...{ tokens, issuer, remoteKeys: remote, knownScopes, elapsedMs, watch, cacheCapacity: options.cacheCapacity, shareLookups },
  });

  return {
    counts: authentication.counts,
    over: ({ clients, issuers, signingKeys }) => {
      const ring = ringOf(signingKeys);
      return {
        server: { token: (request) => answer({ clients, ring }, request), publicKeys: () => ring.publicKeys() },
        authenticator: authentication.over({ clients, issuers, ring }),
      };
    },
  };
}

/** Keys and tokens in one header: what has the form of a signed token is one, everything else is a key, or nothing. */
export function keysOrTokens(keys: RecallingAuthenticator, tokens: RecallingAuthenticator): RecallingAuthenticator {
  const which = (token: string): RecallingAuthenticator => (isJwt(token) ? tokens : keys);
  return {
    authenticate: (token, now, address) => which(token).authenticate(token, now, address),
    recall: (token, now, address) => which(token).recall(token, now, address),
  };
}
