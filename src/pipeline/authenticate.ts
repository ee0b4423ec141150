/** Who calls: reads the bearer token (RFC 6750, section 2.1) and asks the authenticator. */

import { Problem } from "#lib/problems.ts";
import { header, type PartnerRequest } from "./exchange.ts";
import type { Authenticator, Principal } from "./principal.ts";

const bearer = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
/** Longer ones are not looked at. */
const maxToken = 512;

export async function authenticate(authenticator: Authenticator, request: PartnerRequest, now: number): Promise<Principal> {
  const authorization = header(request, "authorization");
  if (authorization === undefined) throw unauthenticated("The Authorization header is missing. Keys are sent as `Authorization: Bearer <key>`.", "absent");
  const token = bearer.exec(authorization)?.[1];
  // What is no token goes the same way as an invalid one: it counts as a failure of its address, and costs no more.
  const isToken = token !== undefined && token.length <= maxToken;
  const found = await authenticator.authenticate(isToken ? token : "", now, request.address);
  if (found.kind === "throttled")
    throw new Problem("too-many-failures", "Too many requests from this address had no valid credential.", {
      headers: { "Retry-After": String(found.retryAfterSeconds) },
    });
  if (found.kind === "refused") throw unauthenticated(isToken ? "The API key is not valid." : "The Authorization header is not `Bearer <key>`.", found.reason);
  return found.principal;
}

/** The reason goes to the log only: callers learn nothing of which keys exist. */
function unauthenticated(detail: string, reason: string): Problem {
  return new Problem("unauthenticated", detail, { headers: { "WWW-Authenticate": 'Bearer realm="api"' }, cause: new Error(`key ${reason}`) });
}
