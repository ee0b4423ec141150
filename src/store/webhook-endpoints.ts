/** Webhook endpoints in the gateway's own tables. */
import { sql } from "kysely";
import { type EndpointRecords, type EndpointTerms, placeOfReceipt, placeOfSecret, type WebhookEndpoint } from "#control-plane/endpoints/endpoint-records.ts";
import type { TellOfEndpoint } from "#events/delivery-records.ts";
import type { Envelope, SealedPlace } from "#lib/envelope.ts";
import type { Store } from "./connect.ts";
import { tellOf } from "./told-endpoints.ts";

/** Challenges and tests: of an endpoint in a minute, of all endpoints of a partner in an hour. */
const probes = { perMinute: 6, perHour: 120 } as const;

export function endpointRecords(store: Store, tell?: TellOfEndpoint): EndpointRecords {
  return {
    insert: async (endpoint) => {
      await store
        .insertInto("webhook_endpoints")
        .values({
          id: endpoint.id,
          partner: endpoint.partner,
          environment: endpoint.environment,
          scopes: [...endpoint.scopes],
          created_at: new Date(endpoint.createdAt),
          ...columnsOf(endpoint),
        })
        .execute();
    },
    find: async (id) => {
      const row = await select(store).where("webhook_endpoints.id", "=", id).executeTakeFirst();
      return row && toEndpoint(row);
    },
    lock: async (id) => {
      const row = await select(store).where("webhook_endpoints.id", "=", id).forUpdate("webhook_endpoints").executeTakeFirst();
      return row && toEndpoint(row);
    },
    async list({ partner, environment }, after, limit) {
      let query = select(store).orderBy("webhook_endpoints.created_at", "desc").orderBy("webhook_endpoints.id").limit(limit);
      if (partner !== undefined) query = query.where("webhook_endpoints.partner", "=", partner);
      if (environment !== undefined) query = query.where("webhook_endpoints.environment", "=", environment);
      if (after !== undefined)
        query = query.where(
          sql<boolean>`exists (select from sluice.webhook_endpoints as last where last.id = ${after}
            and (webhook_endpoints.created_at < last.created_at or (webhook_endpoints.created_at = last.created_at and webhook_endpoints.id > last.id)))`,
        );
      return (await query.execute()).map(toEndpoint);
    },
    count: async (partner, environment) => {
      const row = await store
        .selectFrom("webhook_endpoints")
        .select(sql<number>`count(*)::integer`.as("count"))
        .where("partner", "=", partner)
        .where("environment", "=", environment)
        .where("deleted_at", "is", null)
        .executeTakeFirstOrThrow();
      return row.count;
    },
    setTerms: async (id, terms) => void (await store.updateTable("webhook_endpoints").set(columnsOf(terms)).where("id", "=", id).execute()),
    setResumed: async (id) => {
      await store
        .updateTable("webhook_endpoints")
        .set({ resumed_at: sql<Date>`clock_timestamp()`, failing_since: null, warned_at: null })
        .where("id", "=", id)
        .execute();
      await tellOf(store, tell, "resumed", [id]);
    },
    delete: async (id) => {
      await store.deleteFrom("webhook_secrets").where("endpoint", "=", id).execute();
      await store
        .updateTable("webhook_endpoints")
        .set({ deleted_at: sql<Date>`clock_timestamp()`, state: "suspended", state_reason: "It was deleted." })
        .where("id", "=", id)
        .execute();
    },
    insertSecret: async (endpoint, secret, envelope) => {
      await store
        .insertInto("webhook_secrets")
        .values({
          id: secret.id,
          endpoint,
          signs: secret.signs,
          public_key: secret.publicKey ?? null,
          created_at: new Date(secret.createdAt),
          expires_at: dateOf(secret.expiresAt),
        })
        .execute();
      await seal(store, placeOfSecret(secret.id), envelope);
    },
    endSecrets: async (endpoint, ids, at) => {
      if (ids.length > 0)
        await store
          .updateTable("webhook_secrets")
          .set({ expires_at: new Date(at) })
          .where("endpoint", "=", endpoint)
          .where("id", "in", [...ids])
          .where((row) => row.or([row("expires_at", "is", null), row("expires_at", ">", new Date(at))]))
          .execute();
      await store.deleteFrom("webhook_secrets").where("endpoint", "=", endpoint).where("expires_at", "<=", sql<Date>`clock_timestamp()`).execute();
    },
    sealed: (secret) => sealedAt(store, placeOfSecret(secret)),
    takeProbe: async ({ id, partner, environment }) => {
      const { rows } = await sql<{ wait: number }>`
        select sluice.take_webhook_probe(${id}, ${partner}, ${environment}, ${probes.perMinute}, ${probes.perHour}) as wait`.execute(store);
      return rows[0]?.wait ?? 0;
    },
    receipt: async (keyHash) => {
      const row = await store
        .selectFrom("webhook_receipts")
        .select(["fingerprint", "status", "made"])
        .where("key_hash", "=", bytes(keyHash))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return { fingerprint: row.fingerprint, status: row.status, made: row.made ?? undefined, answer: await sealedAt(store, placeOfReceipt(keyHash)) };
    },
    claim: async (keyHash, fingerprint) => {
      const { numInsertedOrUpdatedRows } = await store
        .insertInto("webhook_receipts")
        .values({ key_hash: bytes(keyHash), fingerprint: bytes(fingerprint), status: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n;
    },
    finish: async (keyHash, { status, made, answer }) => {
      await store
        .updateTable("webhook_receipts")
        .set({ status, made: made ?? null })
        .where("key_hash", "=", bytes(keyHash))
        .execute();
      if (answer !== undefined) await seal(store, placeOfReceipt(keyHash), answer);
    },
  };
}

async function seal(store: Store, { table, row }: SealedPlace, { wrappedUnder, wrappedKey, sealed }: Envelope): Promise<void> {
  await store.insertInto("sealed_secrets").values({ of_table: table, of_row: row, wrapped_under: wrappedUnder, wrapped_key: wrappedKey, sealed }).execute();
}

async function sealedAt(store: Store, { table, row: id }: SealedPlace): Promise<Envelope | undefined> {
  const row = await store.selectFrom("sealed_secrets").selectAll().where("of_table", "=", table).where("of_row", "=", id).executeTakeFirst();
  return row && { wrappedUnder: row.wrapped_under, wrappedKey: row.wrapped_key, sealed: row.sealed };
}

function select(store: Store) {
  return store
    .selectFrom("webhook_endpoints")
    .innerJoin("partners", "partners.id", "webhook_endpoints.partner")
    .where("webhook_endpoints.deleted_at", "is", null)
    .select([
      "webhook_endpoints.id",
      "webhook_endpoints.partner",
      "partners.name as partner_name",
      "webhook_endpoints.environment",
      "webhook_endpoints.url",
      "webhook_endpoints.types",
      sql<string>`to_char(webhook_endpoints.api_version, 'YYYY-MM-DD')`.as("api_version"),
      "webhook_endpoints.scopes",
      "webhook_endpoints.description",
      "webhook_endpoints.signs",
      "webhook_endpoints.state",
      "webhook_endpoints.state_reason",
      "webhook_endpoints.created_at",
      "webhook_endpoints.verified_at",
      "webhook_endpoints.failing_since",
      sql<StoredSecret[]>`coalesce((
          select json_agg(json_build_object('id', s.id, 'signs', s.signs, 'public_key', s.public_key, 'created_at', s.created_at,
            'expires_at', s.expires_at) order by s.created_at desc, s.expires_at desc nulls first, s.id)
          from sluice.webhook_secrets as s where s.endpoint = webhook_endpoints.id
        ), '[]')`.as("secrets"),
    ]);
}

interface StoredSecret {
  id: string;
  signs: "hmac" | "ed25519";
  public_key: string | null;
  created_at: string;
  expires_at: string | null;
}

interface Row {
  id: string;
  partner: string;
  partner_name: string;
  environment: "live" | "test";
  url: string;
  types: string[];
  api_version: string;
  scopes: string[];
  description: string | null;
  signs: "hmac" | "ed25519";
  state: WebhookEndpoint["state"];
  state_reason: string | null;
  created_at: Date;
  verified_at: Date | null;
  failing_since: Date | null;
  secrets: StoredSecret[];
}

function toEndpoint(row: Row): WebhookEndpoint {
  return {
    id: row.id,
    partner: row.partner,
    partnerName: row.partner_name,
    environment: row.environment,
    url: row.url,
    types: row.types,
    apiVersion: row.api_version,
    scopes: row.scopes,
    description: row.description ?? undefined,
    signs: row.signs,
    state: row.state,
    stateReason: row.state_reason ?? undefined,
    createdAt: row.created_at.getTime(),
    verifiedAt: row.verified_at?.getTime(),
    failingSince: row.failing_since?.getTime(),
    secrets: row.secrets.map((secret) => ({
      id: secret.id,
      signs: secret.signs,
      publicKey: secret.public_key ?? undefined,
      createdAt: Date.parse(secret.created_at),
      expiresAt: secret.expires_at === null ? undefined : Date.parse(secret.expires_at),
    })),
  };
}

function columnsOf({ url, types, apiVersion, description, signs, state, stateReason, verifiedAt }: EndpointTerms) {
  return {
    url,
    types: [...types],
    api_version: apiVersion,
    description: description ?? null,
    signs,
    state,
    state_reason: stateReason ?? null,
    verified_at: dateOf(verifiedAt),
  };
}

function dateOf(moment: number | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}

/** The driver takes no other bytes. */
function bytes(value: Uint8Array): Buffer {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
