/** The admin API at the edge: every verb of the one table, for operators' tokens alone. */

import type { ControlPlane } from "#control-plane/control-plane.ts";
import type { OperatorAuthenticator } from "#control-plane/operators/authenticate.ts";
import { perform } from "#control-plane/perform.ts";
import type { Actor, Verb } from "#control-plane/verb.ts";
import { digest } from "#lib/hash.ts";
import { Problem } from "#lib/problems.ts";
import { checkRequest } from "#pipeline/check-request.ts";
import { header, type PartnerRequest, type PartnerResponse } from "#pipeline/exchange.ts";
import { describeError, type Log } from "../log.ts";
import { type Origin, toPartnerRequest } from "../partner-request.ts";
import { adminProblem } from "./admin-problem.ts";
import { answerOf } from "./answer.ts";
import { inputOf } from "./input.ts";
import { verbRoutes } from "./verb-routes.ts";

export interface AdminApiParts {
  readonly verbs: readonly Verb[];
  readonly plane: ControlPlane;
  readonly authenticator: OperatorAuthenticator;
  /** The OpenAPI document of the verbs, as JSON text. */
  readonly document: string;
  readonly log: Log;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly elapsedMs: () => number;
}

export type AdminApi = (request: Request, origin: Origin) => Promise<Response>;

const adminDocumentPath = "/admin/openapi.json";

/** Never rejects. */
export function adminApi({ verbs, plane, authenticator, document, log, now, elapsedMs }: AdminApiParts): AdminApi {
  const route = verbRoutes(verbs);
  const tag = `"${digest(document)}"`;

  return async (request, origin) => {
    const started = elapsedMs();
    const asked = toPartnerRequest(request, origin);
    const noted: Noted = {};
    let response: PartnerResponse;
    let failure: unknown;
    try {
      response = await answer(asked, noted);
    } catch (error) {
      failure = error;
      response = adminProblem(error instanceof Problem ? error : problemOf(error), asked.id);
    }
    const fields = {
      request_id: asked.id,
      method: asked.method.slice(0, 20),
      route: noted.verb?.path,
      verb: noted.verb?.name,
      status: response.status,
      code: failure instanceof Problem ? failure.code : failure === undefined ? undefined : "internal-error",
      operator: noted.by?.id,
      ms: Math.round((elapsedMs() - started) * 100) / 100,
    };
    const said = failure === undefined ? fields : { ...fields, ...describeError(failure) };
    if (response.status >= 500) log.error(said, "admin request failed");
    else log.info(said, "admin request");
    return new Response(request.method === "HEAD" ? null : response.body, { status: response.status, headers: { ...response.headers, ...ofEvery(asked.id) } });
  };

  async function answer(asked: PartnerRequest, noted: Noted): Promise<PartnerResponse> {
    const reads = asked.method === "GET" || asked.method === "HEAD";
    checkRequest(asked, !reads);
    // What can be done here is no secret, and says nothing of this gateway.
    if (reads && asked.path === adminDocumentPath) {
      const headers = { ETag: tag, "Cache-Control": "no-cache", "Content-Type": "application/json" };
      return header(asked, "if-none-match") === tag ? { status: 304, headers, body: null } : { status: 200, headers, body: document };
    }
    // Before the path is looked at: who is nobody here learns nothing of it.
    const by = await authenticate(asked);
    noted.by = by;
    const { verb, parameters } = route(asked.method, asked.path);
    noted.verb = verb;
    const input = await inputOf(verb, parameters, asked);
    const performed = await perform(plane, verb, input, { by, now: now(), requestId: asked.id });
    return answerOf(verb, performed);
  }

  async function authenticate(asked: PartnerRequest): Promise<Actor> {
    const authorization = header(asked, "authorization");
    const token = authorization === undefined || authorization.length > 200 ? undefined : /^bearer +([0-9A-Za-z_]+) *$/i.exec(authorization)?.[1];
    const by = token === undefined ? undefined : await authenticator.authenticate(token, now());
    if (by !== undefined) return by;
    throw new Problem("unauthenticated", "Operators send `Authorization: Bearer <token>`, with a token that is valid. Keys of partners are none.", {
      headers: { "WWW-Authenticate": 'Bearer realm="admin"' },
    });
  }
}

/** What the log line says of a request, as far as it was understood. */
interface Noted {
  by?: Actor;
  verb?: Verb;
}

function ofEvery(id: string) {
  return { "Request-Id": id, "X-Content-Type-Options": "nosniff", ...(id !== "" && { "Referrer-Policy": "no-referrer" }) };
}

/** What a verb throws comes from the store: it is gone, or something is wrong in the gateway. */
function problemOf(error: unknown): Problem {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const away = typeof code === "string" ? /^(?:E[A-Z]+|08...|57...)$/.test(code) : error instanceof Error && /timeout|terminated/i.test(error.message);
  if (away) return new Problem("gateway-unavailable", "The gateway's own database cannot answer now.", { headers: { "Retry-After": "2" }, cause: error });
  return new Problem("internal-error", "Something failed inside the gateway.", { cause: error });
}
