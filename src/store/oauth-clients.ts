/** OAuth clients in the gateway's own tables. */
import { sql } from "kysely";
import type { Client, ClientAuth, ClientRecord, ClientRecords, ClientRegister, ClientSecret } from "#control-plane/oauth-clients/client-records.ts";
import type { Store } from "./connect.ts";
import { type LimitTermsRow, limitTermsOf } from "./plans.ts";

/** Expired ones that are deleted with each new one: the table holds hardly more than what still has to be known. */
const deletedPerUse = 10;

/** The request path's lookups: one statement each, by an index, whatever the number of partners and clients. */
export function clientRecords(store: Store): ClientRecords {
  const lookUp = () =>
    select(store).select([
      sql<StoredSecret[]>`coalesce((
          select json_agg(json_build_object('id', s.id, 'mac', encode(s.mac, 'hex'), 'pepper_version', s.pepper_version,
            'created_at', s.created_at, 'expires_at', s.expires_at) order by s.created_at desc, s.id)
          from sluice.oauth_client_secrets as s where s.client = oauth_clients.id
        ), '[]')`.as("macs"),
      sql<string[]>`array(
          select account from sluice.partner_accounts as owned
          where owned.partner = oauth_clients.partner and owned.environment = oauth_clients.environment order by account
        )`.as("accounts"),
      "partners.suspended_at as partner_suspended_at",
      sql<LimitTermsRow | null>`sluice.limit_terms(oauth_clients.partner, oauth_clients.environment, oauth_clients.id)`.as("limits"),
      // Volatile, so that no pooler answers from a cache of its own, where a revoked client would live on.
      sql<Date>`clock_timestamp()`.as("asked_at"),
    ]);

  function toRecord(row: Row & { macs: StoredSecret[]; accounts: string[]; partner_suspended_at: Date | null; limits: LimitTermsRow | null }): ClientRecord {
    const secrets = row.macs.map(
      (secret): ClientSecret => ({
        id: secret.id,
        mac: Buffer.from(secret.mac, "hex"),
        pepperVersion: secret.pepper_version,
        createdAt: Date.parse(secret.created_at),
        expiresAt: secret.expires_at === null ? undefined : Date.parse(secret.expires_at),
      }),
    );
    return { ...toClient(row), secrets, accounts: row.accounts, partnerSuspendedAt: row.partner_suspended_at?.getTime(), limits: limitTermsOf(row.limits) };
  }

  return {
    find: async (id) => {
      const row = await lookUp().where("oauth_clients.id", "=", id).executeTakeFirst();
      return row && toRecord(row);
    },
    findBySubject: async (issuer, subject) => {
      const row = await lookUp().where("oauth_clients.issuer", "=", issuer).where("oauth_clients.subject", "=", subject).executeTakeFirst();
      return row && toRecord(row);
    },
    useAssertion: async (client, jtiHash, seconds) => {
      const hash = Buffer.from(jtiHash);
      const { rows } = await sql`
        with expired as (
          delete from sluice.oauth_assertions where ctid = any(array(
            select ctid from sluice.oauth_assertions where expires_at < clock_timestamp() limit ${deletedPerUse} for update skip locked
          ))
        )
        insert into sluice.oauth_assertions (client, jti_hash, expires_at)
        values (${client}, ${hash}, clock_timestamp() + make_interval(secs => ${seconds}))
        on conflict do nothing returning client`.execute(store);
      return rows.length === 1;
    },
  };
}

export function clientRegister(store: Store): ClientRegister {
  return {
    async insert(client) {
      const { numInsertedOrUpdatedRows } = await store
        .insertInto("oauth_clients")
        .values({
          id: client.id,
          partner: client.partner,
          environment: client.environment,
          ...columnsOf(client.auth),
          scopes: [...client.scopes],
          allow_from: client.allowFrom === undefined ? null : [...client.allowFrom],
          api_version: client.apiVersion,
          label: client.label ?? null,
          created_at: new Date(client.createdAt),
          expires_at: dateOf(client.expiresAt),
          suspended_at: null,
          revoked_at: null,
        })
        .onConflict((conflict) => conflict.columns(["issuer", "subject"]).doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows === 1n ? "inserted" : "subject-taken";
    },
    insertSecret: async (client, secret) => {
      await store
        .insertInto("oauth_client_secrets")
        .values({
          client,
          id: secret.id,
          mac: secret.mac,
          pepper_version: secret.pepperVersion,
          created_at: new Date(secret.createdAt),
          expires_at: dateOf(secret.expiresAt),
        })
        .execute();
    },
    endSecrets: async (client, ids, at) => {
      if (ids.length === 0) return;
      await store
        .updateTable("oauth_client_secrets")
        .set({ expires_at: new Date(at) })
        .where("client", "=", client)
        .where("id", "in", [...ids])
        .where((row) => row.or([row("expires_at", "is", null), row("expires_at", ">", new Date(at))]))
        .execute();
    },
    find: async (id) => {
      const row = await select(store).where("oauth_clients.id", "=", id).executeTakeFirst();
      return row && toClient(row);
    },
    lock: async (id) => {
      const row = await select(store).where("oauth_clients.id", "=", id).forUpdate("oauth_clients").executeTakeFirst();
      return row && toClient(row);
    },
    async list({ partner }, after, limit) {
      let query = select(store).orderBy("oauth_clients.created_at", "desc").orderBy("oauth_clients.id").limit(limit);
      if (partner !== undefined) query = query.where("oauth_clients.partner", "=", partner);
      if (after !== undefined)
        query = query.where(
          sql<boolean>`exists (select from sluice.oauth_clients as last where last.id = ${after}
            and (oauth_clients.created_at < last.created_at or (oauth_clients.created_at = last.created_at and oauth_clients.id > last.id)))`,
        );
      return (await query.execute()).map(toClient);
    },
    setAuth: async (id, auth) => void (await store.updateTable("oauth_clients").set(columnsOf(auth)).where("id", "=", id).execute()),
    setTerms: async (id, { scopes, allowFrom, apiVersion, label, expiresAt, suspendedAt, revokedAt }) => {
      await store
        .updateTable("oauth_clients")
        .set({
          scopes: [...scopes],
          allow_from: allowFrom === undefined ? null : [...allowFrom],
          api_version: apiVersion,
          label: label ?? null,
          expires_at: dateOf(expiresAt),
          suspended_at: dateOf(suspendedAt),
          revoked_at: dateOf(revokedAt),
        })
        .where("id", "=", id)
        .execute();
    },
  };
}

function select(store: Store) {
  return store
    .selectFrom("oauth_clients")
    .innerJoin("partners", "partners.id", "oauth_clients.partner")
    .select([
      "oauth_clients.id",
      "oauth_clients.partner",
      "partners.name as partner_name",
      "oauth_clients.environment",
      "oauth_clients.auth",
      "oauth_clients.jwks",
      "oauth_clients.jwks_url",
      "oauth_clients.issuer",
      "oauth_clients.subject",
      "oauth_clients.scopes",
      "oauth_clients.allow_from",
      sql<string>`to_char(oauth_clients.api_version, 'YYYY-MM-DD')`.as("api_version"),
      "oauth_clients.label",
      "oauth_clients.created_at",
      "oauth_clients.expires_at",
      "oauth_clients.suspended_at",
      "oauth_clients.revoked_at",
      sql<ShownSecret[]>`coalesce((
          select json_agg(json_build_object('id', s.id, 'created_at', s.created_at, 'expires_at', s.expires_at) order by s.created_at desc, s.id)
          from sluice.oauth_client_secrets as s where s.client = oauth_clients.id
        ), '[]')`.as("secrets"),
    ]);
}

interface ShownSecret {
  id: string;
  created_at: string;
  expires_at: string | null;
}

interface StoredSecret extends ShownSecret {
  /** In hex. */
  mac: string;
  pepper_version: number;
}

interface Row {
  id: string;
  partner: string;
  partner_name: string;
  environment: "live" | "test";
  auth: ClientAuth["kind"];
  jwks: Extract<ClientAuth, { readonly jwks: unknown }>["jwks"] | null;
  jwks_url: string | null;
  issuer: string | null;
  subject: string | null;
  scopes: string[];
  allow_from: string[] | null;
  api_version: string;
  label: string | null;
  created_at: Date;
  expires_at: Date | null;
  suspended_at: Date | null;
  revoked_at: Date | null;
  secrets: ShownSecret[];
}

function toClient(row: Row): Client {
  return {
    id: row.id,
    partner: row.partner,
    partnerName: row.partner_name,
    environment: row.environment,
    auth: authOf(row),
    scopes: row.scopes,
    allowFrom: row.allow_from ?? undefined,
    apiVersion: row.api_version,
    label: row.label ?? undefined,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime(),
    suspendedAt: row.suspended_at?.getTime(),
    revokedAt: row.revoked_at?.getTime(),
    secrets: row.secrets.map((secret) => ({
      id: secret.id,
      createdAt: Date.parse(secret.created_at),
      expiresAt: secret.expires_at === null ? undefined : Date.parse(secret.expires_at),
    })),
  };
}

/** The table's checks see to it that each kind has what belongs to it. */
function authOf({ auth, jwks, jwks_url, issuer, subject }: Row): ClientAuth {
  if (auth === "private_key_jwt" && jwks !== null) return { kind: auth, jwks };
  if (auth === "private_key_jwt" && jwks_url !== null) return { kind: auth, jwksUrl: jwks_url };
  if (auth === "external_issuer" && issuer !== null && subject !== null) return { kind: auth, issuer, subject };
  return { kind: "client_secret" };
}

function columnsOf(auth: ClientAuth) {
  return {
    auth: auth.kind,
    jwks: "jwks" in auth ? JSON.stringify(auth.jwks) : null,
    jwks_url: "jwksUrl" in auth ? auth.jwksUrl : null,
    issuer: "issuer" in auth ? auth.issuer : null,
    subject: "subject" in auth ? auth.subject : null,
  };
}

function dateOf(moment: number | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}
