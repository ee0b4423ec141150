/** Looks at no client from where too many credentials were invalid: guessing a client's secret is throttled like guessing a key. */
import { timingSafeEqual } from "node:crypto";
import { sha256 } from "#lib/hash.ts";
import { responsibleNetwork } from "../addresses/address.ts";
import type { FailureWindows } from "../failures/failure-windows.ts";
import type { TokenServer } from "./oauth.ts";
import { credentialsOf, type TokenRequest } from "./token-request.ts";

/** Clients whose last good secret is remembered. */
const maxProven = 10_000;

/**
 * One count with the credentials of the API itself. From a throttled network a client passes that has the secret it got its
 * last token here with: behind one address there may be an office. Those that sign wait until the window is over.
 */
export function throttleTokens(windows: Pick<FailureWindows, "throttledMs" | "fail">): (server: TokenServer) => TokenServer {
  const proven = new Map<string, Uint8Array>();

  function isProven(request: TokenRequest): boolean {
    const given = credentialsOf(request);
    if (!("secret" in given)) return false;
    const known = proven.get(given.id);
    return known !== undefined && timingSafeEqual(sha256(given.secret), known);
  }

  function keep(request: TokenRequest): void {
    const given = credentialsOf(request);
    if (!("secret" in given)) return;
    proven.delete(given.id);
    proven.set(given.id, sha256(given.secret));
    if (proven.size > maxProven) proven.delete(proven.keys().next().value ?? "");
  }

  return (server) => ({
    ...server,
    async token(request) {
      const network = request.address === undefined ? undefined : responsibleNetwork(request.address);
      const throttledMs = network === undefined ? 0 : windows.throttledMs(network);
      if (throttledMs > 0 && !isProven(request)) return { kind: "throttled", retryAfterSeconds: Math.ceil(throttledMs / 1_000) };
      const answer = await server.token(request);
      if (answer.kind === "issued") keep(request);
      if (network !== undefined && answer.kind === "refused" && answer.code === "invalid_client") windows.fail(network);
      return answer;
    },
  });
}
