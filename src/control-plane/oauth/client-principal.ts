/** Who a client is, once it has proven to be it: the principal that a key of its partner would lead to. */
import type { Principal } from "#pipeline/principal.ts";
import type { ClientRecord } from "../oauth-clients/client-records.ts";

export function principalOfClient(record: ClientRecord, scopes: ReadonlySet<string>): Principal {
  return {
    partner: record.partner,
    partnerName: record.partnerName,
    environment: record.environment,
    keyId: record.id,
    scopes,
    accounts: record.accounts,
    apiVersion: record.apiVersion,
    expiresAt: record.expiresAt,
    // The client's own end, of which people have to know; its tokens come and go.
    warnsOfExpiry: true,
    limits: record.limits,
  };
}
