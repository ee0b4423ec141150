/** Fills the gateway's own tables with endpoints and with events that are to be delivered, as the parts that do so would have left them. */

import type { Client } from "pg";
import { makeSecret } from "../src/control-plane/endpoints/secret.ts";
import { withClient } from "../src/entry/embedded/databases.ts";
import { envelopes } from "../src/lib/envelope.ts";

export interface BenchEndpoints {
  readonly url: string;
  /** `SLUICE_SECRET` of the gateway. */
  readonly secret: string;
  /** Address of the receiver. */
  readonly receiver: string;
}

/** One partner and endpoint for each path; partner `n` holds the account `A<n>`. Whatever was there is forgotten. */
export async function fillEndpoints({ url, secret, receiver }: BenchEndpoints, paths: readonly string[]): Promise<void> {
  const sealing = envelopes({ current: Buffer.from(secret, "base64"), others: [] });
  await withClient(url, async (client) => {
    await forget(client);
    await client.query(
      "TRUNCATE sluice.webhook_endpoints, sluice.webhook_secrets, sluice.partner_accounts, sluice.partners CASCADE; DELETE FROM sluice.sealed_secrets WHERE of_table = 'webhook_secrets'",
    );
    for (let at = 0; at < paths.length; at += 2_000) {
      const some = paths.slice(at, at + 2_000).map((path, index) => {
        const number = at + index;
        const { stored, sealed } = makeSecret({ envelopes: sealing }, "hmac", Date.now());
        return { partner: `ptr_bench${number}`, account: `A${number}`, endpoint: endpointId(number), url: receiver + path, stored, sealed };
      });
      const column = <T>(of: (one: (typeof some)[number]) => T): T[] => some.map(of);
      const [partners, endpoints, secrets] = [column(({ partner }) => partner), column(({ endpoint }) => endpoint), column(({ stored }) => stored.id)];
      await client.query("INSERT INTO sluice.partners (id, name) SELECT id, id FROM unnest($1::text[]) AS id", [partners]);
      await client.query(
        "INSERT INTO sluice.partner_accounts (partner, environment, account) SELECT partner, 'test', account FROM unnest($1::text[], $2::text[]) AS made (partner, account)",
        [partners, column(({ account }) => account)],
      );
      await client.query(
        `INSERT INTO sluice.webhook_endpoints (id, partner, environment, url, types, api_version, scopes, signs, state, created_at, verified_at)
         SELECT id, partner, 'test', url, '{*}', '2026-11-01', '{parcels:read}', 'hmac', 'active', now(), now()
           FROM unnest($1::text[], $2::text[], $3::text[]) AS made (id, partner, url)`,
        [endpoints, partners, column(({ url: to }) => to)],
      );
      await client.query(
        "INSERT INTO sluice.webhook_secrets (id, endpoint, signs, created_at) SELECT id, endpoint, 'hmac', now() FROM unnest($1::text[], $2::text[]) AS made (id, endpoint)",
        [secrets, endpoints],
      );
      await client.query(
        `INSERT INTO sluice.sealed_secrets (of_table, of_row, wrapped_under, wrapped_key, sealed)
         SELECT 'webhook_secrets', id, under, key, sealed FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) AS made (id, under, key, sealed)`,
        [
          secrets,
          column(({ sealed }) => sealed.wrappedUnder),
          column(({ sealed }) => Buffer.from(sealed.wrappedKey)),
          column(({ sealed }) => Buffer.from(sealed.sealed)),
        ],
      );
    }
    await client.query("ANALYZE");
  });
}

/** So many events, of partners in turn, each of a thing of its own; pending from one moment on. */
export async function fillBacklog(url: string, endpoints: number, events: number, bytes: number): Promise<void> {
  await withClient(url, async (client) => {
    await forget(client);
    const body = Buffer.from(JSON.stringify({ padding: "x".repeat(bytes - 14) }));
    await client.query(
      `INSERT INTO sluice.event_bodies (partner, environment, seq, view, body)
       SELECT 'ptr_bench' || (n % $1), 'test', n / $1 + 1, 'bench', $3 FROM generate_series(0, $2::int - 1) n`,
      [endpoints, events, body],
    );
    await client.query(
      `INSERT INTO sluice.deliveries (endpoint, seq, event, view, entity, created_at)
       SELECT 'we_bench' || lpad((n % $1)::text, 11, '0'), n / $1 + 1, 'evt_' || lpad(n::text, 22, '0'), 'bench', 'parcels P' || n, now() FROM generate_series(0, $2::int - 1) n`,
      [endpoints, events],
    );
    await client.query("ANALYZE sluice.deliveries; ANALYZE sluice.event_bodies");
  });
}

/** How many of them have not been delivered. */
export async function pending(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ count: string }>("SELECT count(*) AS count FROM sluice.deliveries WHERE state <> 'delivered'");
    return Number(rows[0]?.count);
  });
}

async function forget(client: Client): Promise<void> {
  await client.query(
    "TRUNCATE sluice.deliveries, sluice.delivery_attempts, sluice.delivery_queues, sluice.delivery_wakes, sluice.event_bodies, sluice.events, sluice.partner_events, sluice.partner_heads, sluice.entity_heads CASCADE",
  );
}

function endpointId(number: number): string {
  return `we_bench${String(number).padStart(11, "0")}`;
}
