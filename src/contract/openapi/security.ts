/** The two kinds of credentials in documents: keys, and tokens that OAuth2 clients ask for. */

import type { Operation } from "../operations.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Whichever of the two a caller has. */
export const anyCredential: readonly JsonSchema[] = [{ apiKey: [] }, { oauth2: [] }];

/** `scopes`: all that the contracts declare. */
export function securitySchemes(scopes: ReadonlySet<string>): JsonSchema {
  return {
    apiKey: { type: "http", scheme: "bearer", description: "An API key of the test or the live environment, `Authorization: Bearer <key>`." },
    oauth2: {
      type: "oauth2",
      description:
        "An access token for an OAuth2 client, `Authorization: Bearer <token>`; it lasts five minutes. Metadata is at `/.well-known/oauth-authorization-server`. " +
        "[Authentication](/docs/guides/authentication#oauth2) says how to get one.",
      flows: { clientCredentials: { tokenUrl: "/oauth/token", scopes: Object.fromEntries([...scopes].sort().map((scope) => [scope, described(scope)])) } },
    },
  };
}

/** What a token for the operation has to be for. Items of a batch have a scope each, and a status has none. */
export function securityOf(operation: Operation): readonly JsonSchema[] {
  return "scope" in operation ? [{ apiKey: [] }, { oauth2: [operation.scope] }] : anyCredential;
}

/** `products.cost:read` is "Read cost of products". */
function described(scope: string): string {
  const [resource = "", action = ""] = scope.split(":");
  const [name = "", ...fields] = resource.split(".").map((part) => part.replaceAll("_", " "));
  const what = fields.length === 0 ? name : `${fields.join(" ")} of ${name}`;
  return `${action.charAt(0).toUpperCase()}${action.slice(1)} ${what}`;
}
