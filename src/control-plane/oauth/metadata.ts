/** What clients and their libraries find out about the token endpoint by themselves (RFC 8414). */
import { signatureAlgorithms } from "./public-keys.ts";

export const oauthPaths = { token: "/oauth/token", keys: "/.well-known/jwks.json", metadata: "/.well-known/oauth-authorization-server" } as const;

/** `issuer`: where partners reach the gateway, without a path, so that the RFC's path for its metadata is the plain one. */
export function serverMetadata(issuer: string, scopes: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  return {
    issuer,
    token_endpoint: issuer + oauthPaths.token,
    jwks_uri: issuer + oauthPaths.keys,
    scopes_supported: [...scopes].sort(),
    response_types_supported: [],
    grant_types_supported: ["client_credentials"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
    token_endpoint_auth_signing_alg_values_supported: signatureAlgorithms,
    service_documentation: `${issuer}/docs/guides/authentication`,
  };
}
