/** Finds the operation a raw path means. Paths are taken as sent: nothing is normalised, so nothing can mean two things. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";

export type Route = (method: string, path: string) => { readonly operation: Operation; readonly id: string | undefined };

/** Throws 404 where nothing is, and 405 naming the methods where something is. HEAD means GET without its body. */
export function routes(operations: readonly Operation[]): Route {
  const lists = new Map<string, Operation>();
  const ones = new Map<string, Operation>();
  for (const operation of operations) (operation.kind === "list" ? lists : ones).set(operation.contract.name, operation);

  return (method, path) => {
    // Whoever routed the request here may have normalised its path; what counts is how it was sent.
    if (!path.startsWith("/v1/")) throw new Problem("not-found", "There is nothing at this path.");
    const [resource = "", rawId, ...more] = path.slice("/v1/".length).split("/");
    const operation = rawId === undefined ? lists.get(resource) : ones.get(resource);
    const id = rawId === undefined ? undefined : decodeSegment(rawId);
    if (operation === undefined || more.length > 0 || id === "") throw new Problem("not-found", "There is nothing at this path.");
    if (method !== "GET" && method !== "HEAD") {
      throw new Problem("method-not-allowed", `${method.slice(0, 20)} is not allowed here.`, { headers: { Allow: "GET, HEAD" } });
    }
    return { operation, id };
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem("bad-request-line", "The path is not well-formed percent-encoded UTF-8.");
  }
}
