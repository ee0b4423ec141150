/** Refuses request lines and headers that could mean two things. */

import { Problem } from "#lib/problems.ts";
import type { PartnerRequest } from "./exchange.ts";

/** Bytes of path and query together. */
const maxTarget = 8192;

/** Headers that decide something and may stand once only. Runtimes join or drop repeats in silence (RFC 9110, section 5.3). */
const single = new Set([
  "accept",
  "api-version",
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "idempotency-key",
  "if-match",
  "if-none-match",
  "transfer-encoding",
]);

/** Headers by which some servers take a request for another one. */
const overriding = new Set(["x-http-method", "x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"]);

export function checkRequest(request: PartnerRequest, takesBody: boolean): void {
  if (request.path.length + request.query.length > maxTarget) throw new Problem("uri-too-long", `The path and query are longer than ${maxTarget} bytes.`);
  const seen = new Set<string>();
  for (const [name, value] of request.headers) {
    if (overriding.has(name)) throw badHeader(name, "unsupported-header", "The request means what its method and path say; this header is not supported.");
    if (!single.has(name)) continue;
    if (seen.has(name)) throw badHeader(name, "repeated-header", "This header may stand once only.");
    seen.add(name);
    if (hasControlCharacter(value)) throw badHeader(name, "malformed-header", "The value contains control characters.");
    if (name === "accept" && !acceptsJson(value)) throw new Problem("not-acceptable", "Answers are application/json; the Accept header excludes that.");
  }
  if (request.hasBody && !takesBody) throw new Problem("unexpected-body", `A ${request.method} request takes no body.`, { headers: { Connection: "close" } });
}

function badHeader(name: string, code: string, detail: string): Problem {
  return new Problem("bad-request-line", `The header ${name} cannot be accepted.`, { errors: [{ header: name, code, detail }] });
}

function hasControlCharacter(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) if (value.charCodeAt(at) < 32 && value.charCodeAt(at) !== 9) return true;
  return false;
}

/** Whether an Accept header (RFC 9110, section 12.5.1) admits `application/json`: the most specific range decides. */
function acceptsJson(value: string): boolean {
  let best = -1;
  let quality = 0;
  for (const range of value.split(",")) {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const rank = ["*/*", "application/*", "application/json"].indexOf(type);
    if (rank <= best) continue;
    best = rank;
    const weight = parameters.find((parameter) => parameter.startsWith("q="));
    quality = weight === undefined ? 1 : Number(weight.slice(2));
  }
  return value.trim() === "" || quality > 0;
}
