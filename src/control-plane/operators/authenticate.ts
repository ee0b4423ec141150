/** Turns the bearer token of a request to the admin API into who asks: form, checksum, record, secret, lifecycle, in that order. */
import { timingSafeEqual } from "node:crypto";
import { Problem } from "#lib/problems.ts";
import { hashSecret, type Peppers } from "../api-keys/peppers.ts";
import type { Actor } from "../verb.ts";
import { parseToken } from "./format.ts";
import type { OperatorRecords } from "./operator-records.ts";

export interface OperatorAuthenticator {
  /** Undefined for everything that is no valid token; throws `gateway-unavailable` when the store cannot be asked. */
  authenticate(token: string, now: number): Promise<Actor | undefined>;
}

export interface OperatorAuthenticatorPorts {
  readonly operators: Pick<OperatorRecords, "findSecret" | "used">;
  readonly peppers: Peppers;
}

/** Operators are few and seldom: each request looks its token up, so a revoked one is refused from then on. */
export function operatorAuthenticator({ operators, peppers }: OperatorAuthenticatorPorts): OperatorAuthenticator {
  // Compared when an id is unknown, so that the answer takes as long as for a wrong secret.
  const dummy = hashSecret(peppers, peppers.current, "");
  return {
    async authenticate(token, now) {
      const parsed = parseToken(token);
      if (parsed === undefined) return undefined;
      try {
        const known = await operators.findSecret(parsed.id);
        const mac = hashSecret(peppers, known?.pepperVersion ?? peppers.current, parsed.secret);
        const matches = timingSafeEqual(mac, known?.mac ?? dummy);
        if (known === undefined || !matches || known.revokedAt !== undefined) return undefined;
        if (known.expiresAt !== undefined && now >= known.expiresAt) return undefined;
        await operators.used(known.id, now);
        return { kind: "operator", id: known.id, name: known.name, role: known.role };
      } catch (cause) {
        throw new Problem("gateway-unavailable", "Tokens cannot be checked at the moment.", { headers: { "Retry-After": "2" }, cause });
      }
    },
  };
}
