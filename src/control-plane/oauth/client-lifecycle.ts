/** Whether a client may do anything at all now, and from where it asks. */
import type { RefusalReason } from "#pipeline/principal.ts";
import { isWithin, parseRange } from "../addresses/address.ts";
import type { ClientRecord } from "../oauth-clients/client-records.ts";

/** Undefined: it may. `now` in milliseconds since 1970. */
export function reasonAgainstClient(client: ClientRecord, now: number, address: string | undefined): RefusalReason | undefined {
  if (client.revokedAt !== undefined) return "revoked";
  if (client.suspendedAt !== undefined || client.partnerSuspendedAt !== undefined) return "suspended";
  if (client.expiresAt !== undefined && now >= client.expiresAt) return "expired";
  if (
    client.allowFrom !== undefined &&
    (address === undefined ||
      !isWithin(
        address,
        client.allowFrom.flatMap((range) => parseRange(range) ?? []),
      ))
  )
    return "address";
  return undefined;
}
