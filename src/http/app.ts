/** The edge: partner API, documents, docs site and health, each under its own paths. */

import { Hono } from "hono";
import { webhookKeysPath } from "#control-plane/endpoints/endpoint-json.ts";
import type { OwnEndpoints } from "#control-plane/endpoints/own-endpoints.ts";
import { oauthPaths } from "#control-plane/oauth/metadata.ts";
import type { TokenServer } from "#control-plane/oauth/oauth.ts";
import { digest } from "#lib/hash.ts";
import { Problem } from "#lib/problems.ts";
import { describeError, type Log } from "./log.ts";
import type { OAuthApi } from "./oauth-routes.ts";
import type { PartnerApi, RequestWays } from "./partner-api.ts";
import { problemDocument } from "./problem-document.ts";
import { siteRoutes } from "./site/routes.ts";
import type { Site } from "./site/site.ts";

export interface AppParts {
  readonly api: PartnerApi;
  readonly oauth: OAuthApi;
  readonly site: Site;
  /** Documents by contract version, as JSON text. */
  readonly documents: ReadonlyMap<string, string>;
  readonly health: () => Readonly<Record<string, unknown>>;
  readonly log: Log;
}

/** What one request brings along. */
export interface AppWays extends RequestWays {
  readonly tokenServer: TokenServer;
  readonly endpoints: OwnEndpoints;
}

export type App = Hono<{ Bindings: AppWays }>;

export function app({ api, oauth, site, documents, health, log }: AppParts): App {
  const hono: App = new Hono<{ Bindings: AppWays }>();

  hono.all("/v1/*", (c) => api(c.req.raw, c.env));

  hono.all(oauthPaths.token, (c) => oauth.token(c.req.raw, c.env.origin, c.env.tokenServer));
  hono.get(oauthPaths.keys, (c) => oauth.publicKeys(c.req.raw, c.env.tokenServer));
  hono.get(oauthPaths.metadata, (c) => oauth.metadata(c.req.raw));

  hono.get(webhookKeysPath(":endpoint"), async (c) => {
    const keys = await c.env.endpoints.publicKeys(c.req.param("endpoint") ?? "");
    if (keys === undefined) throw new Problem("not-found", "There is no such webhook endpoint.");
    // Kept for less than the shortest overlap that is of use.
    return c.body(JSON.stringify(keys), 200, {
      "Content-Type": "application/jwk-set+json",
      "Cache-Control": "public, max-age=300",
      "X-Content-Type-Options": "nosniff",
    });
  });

  hono.get("/health", (c) => c.json(health(), 200, { "Cache-Control": "no-store" }));

  const tags = new Map([...documents].map(([version, text]) => [version, `"${digest(text)}"`]));
  hono.get("/openapi/:file", (c) => {
    const version = /^(\d{4}-\d{2}-\d{2})\.json$/.exec(c.req.param("file"))?.[1] ?? "";
    const text = documents.get(version);
    const tag = tags.get(version);
    if (text === undefined || tag === undefined) throw new Problem("not-found", `There is no such document. Versions: ${[...documents.keys()].join(", ")}.`);
    const headers = { ETag: tag, "Cache-Control": "public, no-cache", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff" };
    if (c.req.header("if-none-match") === tag) return c.body(null, 304, headers);
    return c.body(text, 200, headers);
  });

  hono.route("/", siteRoutes(site));

  hono.onError((error, c) => {
    const problem = error instanceof Problem ? error : new Problem("internal-error", "Something failed inside the gateway.", { cause: error });
    const requestId = crypto.randomUUID();
    const { status, headers, body } = problemDocument(problem, requestId, site.url);
    if (status >= 500)
      log.error({ request_id: requestId, method: c.req.method.slice(0, 20), status, code: problem.code, ...describeError(error) }, "request failed");
    return new Response(c.req.method === "HEAD" ? null : body, { status, headers });
  });
  hono.notFound((c) => {
    const known = c.req.method !== "GET" && c.req.method !== "HEAD" && hono.router.match("GET", c.req.path)[0].length > 0;
    if (known) throw new Problem("method-not-allowed", `${c.req.method.slice(0, 20)} is not allowed here.`, { headers: { Allow: "GET, HEAD" } });
    throw new Problem("not-found", "There is nothing at this path. The API begins at /v1, its documentation at /docs.");
  });
  return hono;
}
