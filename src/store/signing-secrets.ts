/** The secrets that webhooks are signed by, in the gateway's own tables: of all endpoints that are asked for at once, in one statement. */
import { sql } from "kysely";
import type { SigningSecretRecords } from "#events/signing-secret-records.ts";
import type { Store } from "./connect.ts";

type Secrets = Awaited<ReturnType<SigningSecretRecords["of"]>>;

/** `open`: the store, where it is opened by the first who needs it. */
export function signingSecrets(open: () => Store): SigningSecretRecords {
  let asked: { readonly endpoints: Set<string>; readonly found: Promise<ReadonlyMap<string, Secrets>> } | undefined;

  async function readAll(endpoints: ReadonlySet<string>): Promise<ReadonlyMap<string, Secrets>> {
    // Whoever asks in the same breath is read with the first.
    await Promise.resolve();
    asked = undefined;
    const { rows } = await sql<Row>`
      select s.endpoint, s.id, s.expires_at, sealed.wrapped_under, sealed.wrapped_key, sealed.sealed
      from sluice.webhook_secrets as s join sluice.sealed_secrets as sealed on sealed.of_table = 'webhook_secrets' and sealed.of_row = s.id
      where s.endpoint = any (${[...endpoints]}::text[]) and (s.expires_at is null or s.expires_at > clock_timestamp())
      order by s.created_at desc, s.expires_at desc nulls first, s.id`.execute(open());
    const byEndpoint = Map.groupBy(rows, ({ endpoint }) => endpoint);
    return new Map([...byEndpoint].map(([endpoint, own]) => [endpoint, own.map(secretOf)]));
  }

  return {
    async of(endpoint) {
      if (asked === undefined) {
        const endpoints = new Set<string>();
        asked = { endpoints, found: readAll(endpoints) };
      }
      asked.endpoints.add(endpoint);
      return (await asked.found).get(endpoint) ?? [];
    },
  };
}

function secretOf(row: Row): Secrets[number] {
  return {
    place: { table: "webhook_secrets", row: row.id },
    envelope: { wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed },
    expiresAt: row.expires_at?.getTime(),
  };
}

interface Row {
  readonly endpoint: string;
  readonly id: string;
  readonly expires_at: Date | null;
  readonly wrapped_under: string;
  readonly wrapped_key: Buffer;
  readonly sealed: Buffer;
}
