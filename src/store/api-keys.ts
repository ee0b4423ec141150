/** API keys in the gateway's own tables. */
import { sql } from "kysely";
import type { ApiKey, KeyRecords, KeyRegister } from "#control-plane/api-keys/key-records.ts";
import type { Store } from "./connect.ts";
import { type LimitTermsRow, limitTermsOf } from "./plans.ts";

/** The request path's lookup: one statement by primary key, whatever the number of partners and keys. */
export function keyRecords(store: Store): KeyRecords {
  return {
    find: async (kid) => {
      const row = await select(store)
        .select([
          "api_keys.mac",
          "api_keys.pepper_version",
          sql<string[]>`array(
            select account from sluice.partner_accounts as owned
            where owned.partner = api_keys.partner and owned.environment = api_keys.environment order by account
          )`.as("accounts"),
          sql<LimitTermsRow | null>`sluice.limit_terms(api_keys.partner, api_keys.environment, api_keys.kid)`.as("limits"),
          // Volatile, so that no pooler answers from a cache of its own, where a revoked key would live on.
          sql<Date>`clock_timestamp()`.as("asked_at"),
        ])
        .where("api_keys.kid", "=", kid)
        .executeTakeFirst();
      return row && { ...toKey(row), mac: row.mac, pepperVersion: row.pepper_version, accounts: row.accounts, limits: limitTermsOf(row.limits) };
    },
  };
}

export function keyRegister(store: Store): KeyRegister {
  return {
    insert: async (key) => {
      await store
        .insertInto("api_keys")
        .values({
          kid: key.kid,
          partner: key.partner,
          environment: key.environment,
          mac: key.mac,
          pepper_version: key.pepperVersion,
          scopes: [...key.scopes],
          api_version: key.apiVersion,
          label: key.label ?? null,
          created_at: new Date(key.createdAt),
          expires_at: key.expiresAt === undefined ? null : new Date(key.expiresAt),
          suspended_at: null,
          revoked_at: null,
        })
        .execute();
    },
    list: async (partner) => {
      let query = select(store).orderBy("api_keys.created_at", "desc").orderBy("api_keys.kid");
      if (partner !== undefined) query = query.where("api_keys.partner", "=", partner);
      return (await query.execute()).map(toKey);
    },
    revoke: async (kid, at) => {
      await store
        .updateTable("api_keys")
        .set({ revoked_at: new Date(at) })
        .where("kid", "=", kid)
        .where("revoked_at", "is", null)
        .execute();
      const row = await select(store).where("api_keys.kid", "=", kid).executeTakeFirst();
      return row && toKey(row);
    },
  };
}

function select(store: Store) {
  return store
    .selectFrom("api_keys")
    .innerJoin("partners", "partners.id", "api_keys.partner")
    .select([
      "api_keys.kid",
      "api_keys.partner",
      "partners.name as partner_name",
      "api_keys.environment",
      "api_keys.scopes",
      sql<string>`to_char(api_keys.api_version, 'YYYY-MM-DD')`.as("api_version"),
      "api_keys.label",
      "api_keys.created_at",
      "api_keys.expires_at",
      "api_keys.suspended_at",
      "api_keys.revoked_at",
    ]);
}

interface KeyRow {
  kid: string;
  partner: string;
  partner_name: string;
  environment: "live" | "test";
  scopes: string[];
  api_version: string;
  label: string | null;
  created_at: Date;
  expires_at: Date | null;
  suspended_at: Date | null;
  revoked_at: Date | null;
}

function toKey(row: KeyRow): ApiKey {
  return {
    kid: row.kid,
    partner: row.partner,
    partnerName: row.partner_name,
    environment: row.environment,
    scopes: row.scopes,
    apiVersion: row.api_version,
    label: row.label ?? undefined,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime(),
    suspendedAt: row.suspended_at?.getTime(),
    revokedAt: row.revoked_at?.getTime(),
  };
}
