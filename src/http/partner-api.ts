/** The partner API at the edge: turns a web request into a partner request and its outcome into a response. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";
import type { PartnerResponse } from "#pipeline/exchange.ts";
import type { PartnerPipeline, RequestContext } from "#pipeline/index.ts";
import type { Limiter } from "#pipeline/limits.ts";
import type { Authenticator, Principal } from "#pipeline/principal.ts";
import type { UsageSink } from "#pipeline/usage.ts";
import { describeError, type Log } from "./log.ts";
import { type Origin, toPartnerRequest } from "./partner-request.ts";
import { problemDocument } from "./problem-document.ts";
import type { Route } from "./route.ts";

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
  readonly account: RequestContext["account"];
  readonly events: RequestContext["events"];
  readonly endpoints: RequestContext["endpoints"];
  readonly usage: UsageSink;
}

export type PartnerApi = (request: Request, ways: RequestWays) => Promise<Response>;

export function partnerApi({ route, pipeline, baseUrl, log, now, elapsedMs }: PartnerApiParts): PartnerApi {
  return async (request, { origin, authenticator, limiter, access, operations, account, events, endpoints, usage }) => {
    const [started, at] = [elapsedMs(), now()];
    const partnerRequest = toPartnerRequest(request, origin);
    let operation: Operation | undefined;
    let principal: Principal | undefined;
    let version: string | undefined;
    let always: Readonly<Record<string, string>> = {};
    let cost: number | undefined;
    let response: PartnerResponse;
    let failure: unknown;
    try {
      const target = route(partnerRequest.method, partnerRequest.path);
      operation = target.operation;
      response = await pipeline(operation, target.id, partnerRequest, {
        now: at,
        authenticator,
        limiter,
        gone: () => request.signal,
        access,
        operations,
        account,
        events,
        endpoints,
        ...(target.under !== undefined && { under: target.under }),
        render: (problem) => problemDocument(problem, partnerRequest.id, baseUrl),
        report: (problem) => log.error({ request_id: partnerRequest.id, route: operation?.path, code: problem.code, ...describeError(problem) }, "item failed"),
        identified(who, servedVersion) {
          principal = who;
          version = servedVersion;
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
    if (principal !== undefined && operation !== undefined)
      usage.note({
        at,
        requestId: partnerRequest.id,
        partner: principal.partner,
        environment: principal.environment,
        keyId: principal.keyId,
        address: origin.address,
        method: operation.method,
        route: operation.path,
        operation: operation.id,
        version: version ?? principal.apiVersion,
        status: response.status,
        code: fields.code,
        cost: cost ?? 0,
        ms: fields.ms,
        replayed: fields.replayed === true,
      });
    return new Response(request.method === "HEAD" ? null : response.body, {
      status: response.status,
      headers: { ...response.headers, ...always, "Request-Id": partnerRequest.id, "X-Content-Type-Options": "nosniff" },
    });
  };
}
