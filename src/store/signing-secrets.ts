/** The secrets that webhooks are signed by, in the gateway's own tables: what every delivery needs, in one statement. */
import { sql } from "kysely";
import type { SigningSecretRecords } from "#events/signing-secret-records.ts";
import type { Store } from "./connect.ts";

/** `open`: the store, where it is opened by the first who needs it. */
export function signingSecrets(open: () => Store): SigningSecretRecords {
  return {
    async of(endpoint) {
      const { rows } = await sql<Row>`
        select s.id, s.expires_at, sealed.wrapped_under, sealed.wrapped_key, sealed.sealed
        from sluice.webhook_secrets as s join sluice.sealed_secrets as sealed on sealed.of_table = 'webhook_secrets' and sealed.of_row = s.id
        where s.endpoint = ${endpoint} and (s.expires_at is null or s.expires_at > clock_timestamp())
        order by s.created_at desc, s.expires_at desc nulls first, s.id`.execute(open());
      return rows.map((row) => ({
        place: { table: "webhook_secrets", row: row.id },
        envelope: { wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed },
        expiresAt: row.expires_at?.getTime(),
      }));
    },
  };
}

interface Row {
  readonly id: string;
  readonly expires_at: Date | null;
  readonly wrapped_under: string;
  readonly wrapped_key: Buffer;
  readonly sealed: Buffer;
}
