/** Finds out which client asks for a token, and whether it is the one it says it is (RFC 6749, section 2.3; RFC 7523, section 3). */
import { timingSafeEqual } from "node:crypto";
import { sha256 } from "#lib/hash.ts";
import { hashSecret, type Peppers } from "../api-keys/peppers.ts";
import { isClientId, isClientSecret } from "../oauth-clients/client-id.ts";
import type { ClientRecord, ClientRecords } from "../oauth-clients/client-records.ts";
import { reasonAgainstClient } from "./client-lifecycle.ts";
import { checkJwt, readJwt, toleranceSeconds, type UncheckedJwt } from "./jwt.ts";
import { signatureAlgorithms } from "./public-keys.ts";
import { type KeyFound, keyFor, localKeys, type RemoteKeys } from "./remote-keys.ts";

export type ClientCredentials =
  | { readonly kind: "secret"; readonly id: string; readonly secret: string }
  /** `id`: where the request names it besides. */
  | { readonly kind: "assertion"; readonly id: string | undefined; readonly assertion: string };

export interface ClientAuthenticationOptions {
  readonly peppers: Peppers;
  /** The project's own secrets begin with it. */
  readonly prefix?: string | undefined;
  readonly remoteKeys: RemoteKeys;
  /** What assertions may be addressed to: the token endpoint, and the issuer. */
  readonly audiences: readonly string[];
}

export type ClientAuthenticated =
  | { readonly kind: "client"; readonly client: ClientRecord }
  /** `reason` is for the log: the caller learns nothing of which clients exist. */
  | { readonly kind: "refused"; readonly reason: string; readonly client?: string };

export type AuthenticateClient = (
  clients: ClientRecords,
  credentials: ClientCredentials,
  from: { readonly now: number; readonly address: string | undefined },
) => Promise<ClientAuthenticated>;

/** An assertion is taken for so long after it was made. */
const maxAssertionAgeSeconds = 60;
/** Longer than any process could take it, though their clocks are minutes apart. */
const rememberedSeconds = 600;

/** The store is asked each time: a token lasts for minutes, and a secret that was made a moment ago has to work. Throws only when it cannot know. */
export function clientAuthentication(options: ClientAuthenticationOptions): AuthenticateClient {
  const { peppers, prefix, remoteKeys, audiences } = options;

  function secretMatches(client: ClientRecord | undefined, secret: string, now: number): boolean {
    const valid = client?.secrets.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt) ?? [];
    // As much work for a client that is not there as for one with a single secret.
    const compared = valid.length > 0 ? valid : [{ mac: new Uint8Array(32), pepperVersion: peppers.current }];
    return compared.map(({ mac, pepperVersion }) => timingSafeEqual(hashSecret(peppers, pepperVersion, secret), mac)).includes(true);
  }

  async function bySecret(clients: ClientRecords, id: string, secret: string, now: number): Promise<ClientAuthenticated> {
    if (!isClientId(id) || !isClientSecret(secret, prefix)) return { kind: "refused", reason: "checksum" };
    const client = await clients.find(id);
    const matches = secretMatches(client, secret, now);
    if (client === undefined) return { kind: "refused", reason: "unknown" };
    if (client.auth.kind !== "client_secret" || !matches) return { kind: "refused", reason: "secret", client: id };
    return { kind: "client", client };
  }

  async function keyOf({ auth }: ClientRecord, { header }: UncheckedJwt): Promise<KeyFound | { readonly kind: "unavailable" }> {
    if (auth.kind !== "private_key_jwt") return { kind: "none" };
    return "jwks" in auth ? keyFor(localKeys(auth.jwks), header) : remoteKeys.find(auth.jwksUrl, header);
  }

  async function byAssertion(
    clients: ClientRecords,
    { id, assertion }: ClientCredentials & { readonly kind: "assertion" },
    from: { readonly now: number; readonly address: string | undefined },
  ): Promise<ClientAuthenticated> {
    const unchecked = readJwt(assertion);
    const issuer = unchecked?.claims.iss;
    if (unchecked === undefined || typeof issuer !== "string" || !isClientId(issuer)) return { kind: "refused", reason: "malformed" };
    if (unchecked.claims.sub !== issuer || (id !== undefined && id !== issuer)) return { kind: "refused", reason: "issuer and subject differ" };
    if (!signatureAlgorithms.some((algorithm) => algorithm === unchecked.header.alg)) return { kind: "refused", reason: "alg" };
    const client = await clients.find(issuer);
    if (client === undefined) return { kind: "refused", reason: "unknown" };
    const found = await keyOf(client, unchecked);
    if (found.kind !== "key") return { kind: "refused", reason: found.kind === "none" ? "unknown key" : "keys unavailable", client: issuer };
    const checked = await checkJwt(assertion, {
      key: found.key,
      algorithms: signatureAlgorithms,
      types: [undefined, "jwt", "client-authentication+jwt"],
      issuer,
      audiences,
      required: ["sub", "jti", "iat"],
      maxAgeSeconds: maxAssertionAgeSeconds,
      now: from.now,
    });
    if (checked.kind === "refused") return { kind: "refused", reason: checked.why, client: issuer };
    const { jti } = checked.claims;
    if (typeof jti !== "string" || jti === "" || jti.length > 255) return { kind: "refused", reason: "jti", client: issuer };
    // Last of all, so that nothing is noted of what is refused anyway.
    const reason = reasonAgainstClient(client, from.now, from.address);
    if (reason !== undefined) return { kind: "refused", reason, client: issuer };
    const isFirst = await clients.useAssertion(issuer, sha256(jti), rememberedSeconds + toleranceSeconds);
    return isFirst ? { kind: "client", client } : { kind: "refused", reason: "replayed", client: issuer };
  }

  return async (clients, credentials, from) => {
    const found =
      credentials.kind === "secret" ? await bySecret(clients, credentials.id, credentials.secret, from.now) : await byAssertion(clients, credentials, from);
    const reason = found.kind === "client" ? reasonAgainstClient(found.client, from.now, from.address) : undefined;
    return found.kind === "client" && reason !== undefined ? { kind: "refused", reason, client: found.client.id } : found;
  };
}
