/** The partner API at the edge: turns a web request into a partner request and its outcome into a response. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";
import type { PartnerRequest, PartnerResponse } from "#pipeline/exchange.ts";
import type { PartnerPipeline, RequestContext } from "#pipeline/index.ts";
import type { Limiter } from "#pipeline/limits.ts";
import type { Authenticator, Principal } from "#pipeline/principal.ts";
import { describeError, type Log } from "./log.ts";
import { problemDocument } from "./problem-document.ts";
import { readBody } from "./read-body.ts";
import type { Route } from "./route.ts";

/** What the runtime knows of a request beyond `Request`. */
export interface Origin {
  /** Header names and values in turn as received; absent where the runtime has joined them already. */
  readonly rawHeaders?: readonly string[];
  /** The request target as received, before any normalisation. */
  readonly rawTarget?: string;
  /** Of the client, in canonical form, as far as the proxies in between can be trusted. */
  readonly address?: string;
}

export interface PartnerApiParts {
  readonly route: Route;
  readonly pipeline: PartnerPipeline;
  readonly baseUrl: string;
  readonly log: Log;
  readonly now: () => number;
  readonly elapsedMs: () => number;
}

/** What one request brings along. Nothing of it is kept: on some runtimes no connection outlives its request. */
export interface RequestWays {
  readonly origin: Origin;
  readonly authenticator: Authenticator;
  readonly limiter?: Limiter | undefined;
  readonly access: RequestContext["access"];
  readonly operations: RequestContext["operations"];
}

/** Of a body, once it is read; a batch of a hundred orders has room in it. */
const maxBodyBytes = 1_048_576;

export type PartnerApi = (request: Request, ways: RequestWays) => Promise<Response>;

export function partnerApi({ route, pipeline, baseUrl, log, now, elapsedMs }: PartnerApiParts): PartnerApi {
  return async (request, { origin, authenticator, limiter, access, operations }) => {
    const started = elapsedMs();
    const partnerRequest = toPartnerRequest(request, origin);
    let operation: Operation | undefined;
    let principal: Principal | undefined;
    let version: string | undefined;
    let always: Readonly<Record<string, string>> = {};
    let cost: number | undefined;
    let known: Readonly<Record<string, string>> = {};
    let response: PartnerResponse;
    let failure: unknown;
    try {
      const target = route(partnerRequest.method, partnerRequest.path);
      operation = target.operation;
      response = await pipeline(operation, target.id, partnerRequest, {
        now: now(),
        authenticator,
        limiter,
        gone: () => request.signal,
        access,
        operations,
        render: (problem) => problemDocument(problem, partnerRequest.id, baseUrl),
        report: (problem) => log.error({ request_id: partnerRequest.id, route: operation?.path, code: problem.code, ...describeError(problem) }, "item failed"),
        identified(who, servedVersion, headers) {
          principal = who;
          version = servedVersion;
          known = headers;
        },
        charged(units) {
          cost = units;
        },
        always(headers) {
          always = { ...always, ...headers };
        },
      });
    } catch (error) {
      failure = error;
      const problem =
        error instanceof Problem
          ? error
          : new Problem("internal-error", "Something failed inside the gateway. Nothing is known to be wrong with your request.", { cause: error });
      response = problemDocument(problem, partnerRequest.id, baseUrl);
      response = { ...response, headers: { ...response.headers, ...known } };
    }
    const fields = {
      request_id: partnerRequest.id,
      method: partnerRequest.method.slice(0, 20),
      route: operation?.path,
      status: response.status,
      code: failure instanceof Problem ? failure.code : failure === undefined ? undefined : "internal-error",
      partner: principal?.partner,
      environment: principal?.environment,
      key: principal?.keyId,
      version,
      cost,
      ms: Math.round((elapsedMs() - started) * 100) / 100,
      bytes: response.body?.length ?? 0,
      replayed: response.headers["Idempotency-Replayed"] === undefined ? undefined : true,
    };
    if (response.status >= 500) log.error({ ...fields, ...describeError(failure) }, "request failed");
    else log.info(failure === undefined ? fields : { ...fields, ...describeError(failure) }, "request");
    return new Response(request.method === "HEAD" ? null : response.body, {
      status: response.status,
      headers: { ...response.headers, ...always, "Request-Id": partnerRequest.id, "X-Content-Type-Options": "nosniff" },
    });
  };
}

function toPartnerRequest(request: Request, origin: Origin): PartnerRequest {
  const target = origin.rawTarget ?? targetOf(request.url);
  const question = target.indexOf("?");
  const headers = origin.rawHeaders === undefined ? [...request.headers] : pairs(origin.rawHeaders);
  return {
    id: crypto.randomUUID(),
    method: request.method,
    path: question < 0 ? target : target.slice(0, question),
    query: question < 0 ? "" : target.slice(question + 1),
    headers,
    address: origin.address,
    body: () => readBody(request, headers, maxBodyBytes),
    hasBody: headers.some(([name, value]) => name === "transfer-encoding" || (name === "content-length" && value.trim() !== "0")),
  };
}

/** Path and query of an absolute URL. */
function targetOf(url: string): string {
  const slash = url.indexOf("/", url.indexOf("//") + 2);
  const hash = url.indexOf("#");
  return slash < 0 ? "/" : url.slice(slash, hash < 0 ? undefined : hash);
}

function pairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.push([(rawHeaders[at] ?? "").toLowerCase(), rawHeaders[at + 1] ?? ""]);
  return headers;
}
