/** The token endpoint (RFC 6749, section 4.4), free of any web framework: a form that was read strictly becomes a token or a refusal. */
import { expandScope, isScope } from "#contract/scope.ts";
import type { ClientRecord, ClientRecords } from "../oauth-clients/client-records.ts";
import type { KeyRing } from "../signing-keys/key-ring.ts";
import type { AccessTokens } from "./access-tokens.ts";
import type { AuthenticateClient, ClientCredentials } from "./authenticate-client.ts";

export interface TokenRequest {
  /** Each name once. */
  readonly form: ReadonlyMap<string, string>;
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly address: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** RFC 6749, section 5.2. */
export type TokenErrorCode = "invalid_request" | "invalid_client" | "unsupported_grant_type" | "invalid_scope";

export type TokenAnswer =
  | {
      readonly kind: "issued";
      readonly token: string;
      readonly expiresInSeconds: number;
      readonly scope: string;
      readonly client: ClientRecord;
    }
  /** `reason` is for the log. */
  | { readonly kind: "refused"; readonly code: TokenErrorCode; readonly description: string; readonly reason?: string; readonly client?: string | undefined }
  /** So many credentials from this address have failed that none is looked at for now. */
  | { readonly kind: "throttled"; readonly retryAfterSeconds: number };

export interface TokenRequestOptions {
  readonly authenticateClient: AuthenticateClient;
  readonly tokens: AccessTokens;
  readonly knownScopes: ReadonlySet<string>;
}

export interface TokenRequestWays {
  readonly clients: ClientRecords;
  readonly ring: KeyRing;
}

export type AnswerTokenRequest = (ways: TokenRequestWays, request: TokenRequest) => Promise<TokenAnswer>;

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/** Longer than this, a token would not fit into the headers of a request with certainty. */
const maxScopeLength = 4_000;

/** Throws only when it cannot know. */
export function tokenRequests({ authenticateClient, tokens, knownScopes }: TokenRequestOptions): AnswerTokenRequest {
  return async ({ clients, ring }, request) => {
    const { form, now, address } = request;
    const grantType = form.get("grant_type");
    if (grantType === undefined) return refused("invalid_request", "grant_type is missing.");
    if (grantType !== "client_credentials") return refused("unsupported_grant_type", "The only grant_type is client_credentials.");
    const credentials = credentialsOf(request);
    if ("code" in credentials) return credentials;
    const found = await authenticateClient(clients, credentials, { now, address });
    if (found.kind === "refused") return { ...refused("invalid_client", "The client could not be authenticated."), reason: found.reason, client: found.client };

    const { client } = found;
    const scopes = scopesFor(client, form.get("scope"), knownScopes);
    if (scopes === undefined) return { ...refused("invalid_scope", "The client has not all of these scopes."), client: client.id };
    const scope = scopes.join(" ");
    if (scope.length > maxScopeLength)
      return { ...refused("invalid_scope", "These are too many scopes for one token; ask for those you need."), client: client.id };
    const grant = { client: client.id, environment: client.environment, scopes, clientExpiresAt: client.expiresAt };
    return { kind: "issued", ...(await tokens.issue(ring, grant, now)), scope, client };
  };
}

function refused(code: TokenErrorCode, description: string): TokenAnswer & { readonly kind: "refused" } {
  return { kind: "refused", code, description };
}

/** One way to authenticate, and no trace of another. */
export function credentialsOf({ form, authorization }: TokenRequest): ClientCredentials | (TokenAnswer & { readonly kind: "refused" }) {
  const [id, secret, assertion, type] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"].map((name) => form.get(name));
  const ways = [authorization, secret, assertion ?? type].filter((way) => way !== undefined);
  if (ways.length > 1) return refused("invalid_request", "A client authenticates in one way: the Authorization header, client_secret or client_assertion.");
  if (authorization !== undefined) {
    const basic = readBasic(authorization);
    if (basic === undefined) return { ...refused("invalid_client", "The client could not be authenticated."), reason: "malformed" };
    if (id !== undefined && id !== basic.id) return refused("invalid_request", "client_id is another one than the Authorization header names.");
    return basic;
  }
  if (assertion !== undefined) {
    if (type !== assertionType) return refused("invalid_request", `client_assertion_type has to be ${assertionType}.`);
    return { kind: "assertion", id, assertion };
  }
  if (type !== undefined) return refused("invalid_request", "client_assertion is missing.");
  if (id === undefined || secret === undefined)
    return { ...refused("invalid_client", "The request names no client, or nothing that proves it."), reason: "absent" };
  return { kind: "secret", id, secret };
}

/** RFC 7617, with both halves encoded as in forms (RFC 6749, section 2.3.1). */
function readBasic(authorization: string): (ClientCredentials & { readonly kind: "secret" }) | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  if (encoded === undefined || encoded.length > 1_000) return undefined;
  const [, id, secret] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded, "base64").toString("latin1")) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  try {
    return { kind: "secret", id: decodeURIComponent(id.replaceAll("+", " ")), secret: decodeURIComponent(secret.replaceAll("+", " ")) };
  } catch {
    return undefined;
  }
}

/** What was asked for, where the client has all of it; without a wish, all that it has. Undefined otherwise. */
function scopesFor(client: ClientRecord, asked: string | undefined, known: ReadonlySet<string>): readonly string[] | undefined {
  if (asked === undefined) return client.scopes;
  const scopes = [...new Set(asked.split(" "))].sort();
  const granted = new Set(client.scopes.flatMap((scope) => expandScope(scope, known)));
  const isGranted = (scope: string): boolean => {
    const meant = isScope(scope) ? expandScope(scope, known) : [];
    return meant.length > 0 && meant.every((one) => granted.has(one));
  };
  return asked.length <= maxScopeLength && scopes.every(isGranted) ? scopes : undefined;
}
