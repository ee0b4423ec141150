/** OAuth2 at the edge: the token endpoint with its errors (RFC 6749, section 5.2), the published keys and the metadata. */

import { oauthPaths, serverMetadata } from "#control-plane/oauth/metadata.ts";
import type { TokenServer } from "#control-plane/oauth/oauth.ts";
import type { TokenAnswer, TokenErrorCode } from "#control-plane/oauth/token-request.ts";
import { Problem } from "#lib/problems.ts";
import { checkRequest } from "#pipeline/check-request.ts";
import { header, type PartnerRequest, type PartnerResponse } from "#pipeline/exchange.ts";
import { readForm } from "./form.ts";
import { describeError, type Log } from "./log.ts";
import { type Origin, toPartnerRequest } from "./partner-request.ts";
import { problemDocument } from "./problem-document.ts";
import { readBody } from "./read-body.ts";

export interface OAuthParts {
  /** Where partners reach the gateway, without a slash at the end. */
  readonly issuer: string;
  readonly scopes: ReadonlySet<string>;
  readonly log: Log;
  readonly now: () => number;
  readonly elapsedMs: () => number;
}

export interface OAuthApi {
  token(request: Request, origin: Origin, server: TokenServer): Promise<Response>;
  publicKeys(request: Request, server: TokenServer): Promise<Response>;
  metadata(request: Request): Response;
}

/** Room for an assertion and a long list of scopes. */
const maxFormBytes = 16_384;
/** How long others may keep the keys: a new one is published for longer before it signs. */
const keysKeptSeconds = 300;

const noStore = { "Cache-Control": "no-store", Pragma: "no-cache", "X-Content-Type-Options": "nosniff" };
const json = { "Content-Type": "application/json", "X-Content-Type-Options": "nosniff" };

export function oauthApi({ issuer, scopes, log, now, elapsedMs }: OAuthParts): OAuthApi {
  const metadata = JSON.stringify(serverMetadata(issuer, scopes));

  return {
    async token(request, origin, server) {
      const started = elapsedMs();
      const asked = toPartnerRequest(request, origin);
      let answer: TokenAnswer | undefined;
      let response: PartnerResponse;
      let failure: unknown;
      try {
        if (asked.method !== "POST") throw new Problem("method-not-allowed", "A token is asked for with POST.", { headers: { Allow: "POST" } });
        const form = await formOf(request, asked);
        answer = "code" in form ? form : await server.token({ form, authorization: header(asked, "authorization"), address: asked.address, now: now() });
        response = rendered(answer);
      } catch (error) {
        failure = error;
        response = failed(error, asked.id, issuer);
      }
      const fields = {
        request_id: asked.id,
        method: asked.method.slice(0, 20),
        route: oauthPaths.token,
        status: response.status,
        code: answer?.kind === "refused" ? answer.code : failure instanceof Problem ? failure.code : failure === undefined ? undefined : "internal-error",
        reason: answer?.kind === "refused" ? answer.reason : undefined,
        key: answer?.kind === "issued" ? answer.client.id : answer?.kind === "refused" ? answer.client : undefined,
        partner: answer?.kind === "issued" ? answer.client.partner : undefined,
        environment: answer?.kind === "issued" ? answer.client.environment : undefined,
        ms: Math.round((elapsedMs() - started) * 100) / 100,
      };
      if (response.status >= 500) log.error({ ...fields, ...describeError(failure) }, "request failed");
      else log.info(failure === undefined ? fields : { ...fields, ...describeError(failure) }, "request");
      const { status, headers, body } = response;
      return new Response(request.method === "HEAD" ? null : body, { status, headers: { ...headers, "Request-Id": asked.id } });
    },
    async publicKeys(request, server) {
      try {
        const keys = await server.publicKeys();
        const headers = { ...json, "Content-Type": "application/jwk-set+json", "Cache-Control": `public, max-age=${keysKeptSeconds}` };
        return new Response(request.method === "HEAD" ? null : JSON.stringify(keys), { status: 200, headers });
      } catch (cause) {
        throw new Problem("gateway-unavailable", "The keys cannot be read at the moment.", { headers: { "Retry-After": "2" }, cause });
      }
    },
    metadata: (request) =>
      new Response(request.method === "HEAD" ? null : metadata, { status: 200, headers: { ...json, "Cache-Control": `public, max-age=${keysKeptSeconds}` } }),
  };
}

/** The form, or a refusal of whatever could mean two things. */
async function formOf(request: Request, asked: PartnerRequest): Promise<ReadonlyMap<string, string> | (TokenAnswer & { readonly kind: "refused" })> {
  checkRequest(asked, true);
  if (asked.query !== "") return malformed("Parameters are sent in the body, where no log keeps them.");
  if (!isForm(header(asked, "content-type")) || header(asked, "content-encoding") !== undefined)
    return malformed("The body has to be application/x-www-form-urlencoded.");
  const bytes = await readBody(request, asked.headers, maxFormBytes, () => undefined);
  const read = readForm(bytes ?? new Uint8Array());
  return read.kind === "form" ? read.form : malformed(read.why);
}

function malformed(description: string): TokenAnswer & { readonly kind: "refused" } {
  return { kind: "refused", code: "invalid_request", description };
}

function isForm(contentType: string | undefined): boolean {
  return /^application\/x-www-form-urlencoded(?:\s*;\s*charset="?utf-8"?)?$/i.test(contentType?.trim() ?? "");
}

/** Throws where nothing was looked at. */
function rendered(answer: TokenAnswer): PartnerResponse {
  switch (answer.kind) {
    case "issued":
      return issued(answer);
    case "refused":
      return refusal(answer.code, answer.description);
    case "throttled":
      throw new Problem("too-many-failures", "Too many requests from this address had no valid credential.", {
        headers: { "Retry-After": String(answer.retryAfterSeconds) },
      });
  }
}

function issued({ token, expiresInSeconds, scope }: TokenAnswer & { readonly kind: "issued" }): PartnerResponse {
  return {
    status: 200,
    headers: { ...json, ...noStore },
    body: JSON.stringify({ access_token: token, token_type: "Bearer", expires_in: expiresInSeconds, scope }),
  };
}

function refusal(code: TokenErrorCode, description: string, headers: Readonly<Record<string, string>> = {}): PartnerResponse {
  const isClient = code === "invalid_client";
  return {
    status: isClient ? 401 : 400,
    headers: { ...json, ...noStore, ...(isClient && { "WWW-Authenticate": 'Basic realm="oauth", charset="UTF-8"' }), ...headers },
    body: JSON.stringify({ error: code, error_description: description }),
  };
}

/** What is wrong with the request itself is an error of the RFC, whatever its kind. */
function failed(error: unknown, requestId: string, baseUrl: string): PartnerResponse {
  if (error instanceof Problem && error.status < 500 && error.code !== "method-not-allowed" && error.code !== "too-many-failures")
    return refusal(
      "invalid_request",
      [error.detail, ...error.errors.map(({ detail }) => detail)].join(" ").replaceAll(/[^\x20-\x7e]|["\\]/g, "'"),
      error.headers,
    );
  const problem =
    error instanceof Problem
      ? error
      : new Problem("gateway-unavailable", "Tokens cannot be issued at the moment.", { headers: { "Retry-After": "2" }, cause: error });
  return problemDocument(problem, requestId, baseUrl);
}
