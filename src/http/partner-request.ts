/** A web request as one free of any framework, with its target and headers as they were sent. */

import type { PartnerRequest } from "#pipeline/exchange.ts";
import { readBody } from "./read-body.ts";

/** What the runtime knows of a request beyond `Request`. */
export interface Origin {
  /** Header names and values in turn as received; absent where the runtime has joined them already. */
  readonly rawHeaders?: readonly string[];
  /** The request target as received, before any normalisation. */
  readonly rawTarget?: string;
  /** Of the client, in canonical form, as far as the proxies in between can be trusted. */
  readonly address?: string;
}

/** Of a body, once it is read; a batch of a hundred orders has room in it. */
const maxBodyBytes = 1_048_576;

export function toPartnerRequest(request: Request, origin: Origin): PartnerRequest {
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
