/** Refuses to look at credentials from where too many were invalid. */
import type { Authenticator, RefusalReason } from "#pipeline/principal.ts";
import { responsibleNetwork } from "../addresses/address.ts";
import type { RecallingAuthenticator } from "../credentials/recalling-authenticator.ts";
import type { FailureWindows } from "./failure-windows.ts";

/**
 * What somebody who has no credential could have sent. One whose secret is right and whose time is over is none of these: a
 * program that was left behind by a rotation must not lock out its successor.
 */
const guesses: ReadonlySet<RefusalReason> = new Set<RefusalReason>(["malformed", "checksum", "unknown", "secret", "token"]);

export interface ThrottleCounts {
  readonly refused: ReadonlyMap<RefusalReason, number>;
  readonly throttled: number;
}

export interface Throttle {
  over(authenticator: RecallingAuthenticator): Authenticator;
  readonly counts: ThrottleCounts;
}

/**
 * From a throttled network only credentials pass that this process knows to be good without looking anything up: behind one
 * address there may be an office, and one bad client must not lock the others out. Every other one is as if it were invalid,
 * and costs nothing. Where the client's address is not known, nothing is throttled.
 */
export function createThrottle(windows: FailureWindows): Throttle {
  const counts = { refused: new Map<RefusalReason, number>(), throttled: 0 };
  return {
    counts,
    over: (authenticator) => ({
      async authenticate(token, now, address) {
        const network = address === undefined ? undefined : responsibleNetwork(address);
        const throttledMs = network === undefined ? 0 : windows.throttledMs(network);
        if (throttledMs > 0) {
          const principal = authenticator.recall(token, now, address);
          if (principal !== undefined) return { kind: "authenticated", principal };
          counts.throttled += 1;
          return { kind: "throttled", retryAfterSeconds: Math.ceil(throttledMs / 1000) };
        }
        const found = await authenticator.authenticate(token, now, address);
        if (found.kind === "refused") {
          counts.refused.set(found.reason, (counts.refused.get(found.reason) ?? 0) + 1);
          if (network !== undefined && guesses.has(found.reason)) windows.fail(network);
        }
        return found;
      },
    }),
  };
}
