/** Finds the operation a raw path means. Paths are taken as sent: nothing is normalised, so nothing can mean two things. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";

export interface Target {
  readonly operation: Operation;
  readonly id: string | undefined;
  /** The second id of the path, of what stands under the first. */
  readonly under?: string;
}

export type Route = (method: string, path: string) => Target;

/** The operations of one path by method. */
type Methods = Map<string, Operation>;

/** Throws 404 where nothing is, and 405 naming the methods where something is. HEAD means GET without its body. */
export function routes(operations: readonly Operation[]): Route {
  // By template without `/v1/`, ids written as `*`.
  const paths = new Map<string, Methods>();
  for (const operation of operations) {
    const template = operation.path.slice("/v1/".length).replaceAll(/\{\w+\}/g, "*");
    paths.set(template, (paths.get(template) ?? new Map()).set(operation.method, operation));
  }

  return (method, path) => {
    // Whoever routed the request here may have normalised its path; what counts is how it was sent.
    if (!path.startsWith("/v1/")) throw nothingHere();
    const [resource = "", rawId, command, ...more] = path.slice("/v1/".length).split("/");
    if (resource === "*" || rawId === "*" || rawId === "") throw nothingHere();
    if (rawId !== undefined && command !== undefined && more.length > 0) return under(method, `${resource}/*/${command}`, rawId, more);
    const exact = rawId === undefined ? paths.get(resource) : command === undefined ? paths.get(`${resource}/${rawId}`) : undefined;
    const ofOne = rawId === undefined ? undefined : paths.get(command === undefined ? `${resource}/*` : `${resource}/*/${command}`);
    if (exact === undefined && ofOne === undefined) throw nothingHere();
    const asked = method === "HEAD" ? "GET" : method;
    const operation = exact?.get(asked);
    if (operation !== undefined) return { operation, id: undefined };
    const one = ofOne?.get(asked);
    if (one !== undefined && rawId !== undefined) return { operation: one, id: decodeSegment(rawId) };
    throw new Problem("method-not-allowed", `${method.slice(0, 20)} is not allowed here.`, { headers: { Allow: allowed(exact, ofOne) } });
  };

  /** What stands under one thing, by a name or by an id of its own. */
  function under(method: string, parent: string, rawId: string, [rawUnder = "", last, ...more]: readonly string[]): Target {
    if (more.length > 0 || rawUnder === "" || rawUnder === "*" || last === "*") throw nothingHere();
    const named = last === undefined ? paths.get(`${parent}/${rawUnder}`) : undefined;
    const ofOne = paths.get(last === undefined ? `${parent}/*` : `${parent}/*/${last}`);
    if (named === undefined && ofOne === undefined) throw nothingHere();
    const asked = method === "HEAD" ? "GET" : method;
    const operation = named?.get(asked);
    if (operation !== undefined) return { operation, id: decodeSegment(rawId) };
    const one = ofOne?.get(asked);
    if (one !== undefined) return { operation: one, id: decodeSegment(rawId), under: decodeSegment(rawUnder) };
    throw new Problem("method-not-allowed", `${method.slice(0, 20)} is not allowed here.`, { headers: { Allow: allowed(named, ofOne) } });
  }
}

function allowed(...found: readonly (Methods | undefined)[]): string {
  const methods = new Set(found.flatMap((entry) => [...(entry?.keys() ?? [])]));
  return ["GET", "HEAD", "POST", "PATCH", "DELETE"].filter((method) => methods.has(method === "HEAD" ? "GET" : method)).join(", ");
}

function nothingHere(): Problem {
  return new Problem("not-found", "There is nothing at this path.");
}

function decodeSegment(segment: string): string {
  let id: string;
  try {
    id = decodeURIComponent(segment);
  } catch {
    throw new Problem("bad-request-line", "The path is not well-formed percent-encoded UTF-8.");
  }
  return id;
}
