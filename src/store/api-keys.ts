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
      if (row === undefined) return undefined;
      const key = toKey(row);
      const { mac, pepper_version: pepperVersion, accounts } = row;
      return { ...key, suspendedAt: key.suspendedAt ?? key.partnerSuspendedAt, mac, pepperVersion, accounts, limits: limitTermsOf(row.limits) };
    },
  };
}

/** Over a store or a transaction. */
export function keyRegister(store: Store): KeyRegister {
  const find = async (kid: string): Promise<ApiKey | undefined> => {
    const row = await select(store).where("api_keys.kid", "=", kid).executeTakeFirst();
    return row && toKey(row);
  };
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
          allow_from: key.allowFrom === undefined ? null : [...key.allowFrom],
          replaces: key.replaces ?? null,
          lineage: key.lineage,
          created_at: new Date(key.createdAt),
          expires_at: dateOf(key.expiresAt),
          suspended_at: null,
          revoked_at: null,
        })
        .execute();
    },
    find,
    lock: async (kid) => {
      // Locked first and read then: what another transaction did meanwhile is seen.
      const locked = await store.selectFrom("api_keys").select("kid").where("kid", "=", kid).forUpdate().executeTakeFirst();
      return locked && find(kid);
    },
    list: async (partner, after, limit) => {
      let query = select(store).orderBy("api_keys.created_at", "desc").orderBy("api_keys.kid").limit(limit);
      if (partner !== undefined) query = query.where("api_keys.partner", "=", partner);
      if (after !== undefined) {
        const since = sql<Date>`(select created_at from sluice.api_keys where kid = ${after})`;
        query = query.where((row) =>
          row.or([row("api_keys.created_at", "<", since), row.and([row("api_keys.created_at", "=", since), row("api_keys.kid", ">", after)])]),
        );
      }
      return (await query.execute()).map(toKey);
    },
    versions: async (lineage) =>
      (await select(store).where("api_keys.lineage", "=", lineage).orderBy("api_keys.created_at", "desc").orderBy("api_keys.kid").execute()).map(toKey),
    update: async (kid, terms) => {
      await store
        .updateTable("api_keys")
        .set({
          label: terms.label ?? null,
          scopes: [...terms.scopes],
          allow_from: terms.allowFrom === undefined ? null : [...terms.allowFrom],
          api_version: sql<Date>`${terms.apiVersion}::date`,
          expires_at: dateOf(terms.expiresAt),
          suspended_at: dateOf(terms.suspendedAt),
          revoked_at: dateOf(terms.revokedAt),
        })
        .where("kid", "=", kid)
        .execute();
    },
  };
}

function select(store: Store) {
  return store
    .selectFrom("api_keys")
    .innerJoin("partners", "partners.id", "api_keys.partner")
    .leftJoin("api_keys as successors", "successors.replaces", "api_keys.kid")
    .select([
      "api_keys.kid",
      "api_keys.partner",
      "partners.name as partner_name",
      "partners.suspended_at as partner_suspended_at",
      "api_keys.environment",
      "api_keys.scopes",
      sql<string>`to_char(api_keys.api_version, 'YYYY-MM-DD')`.as("api_version"),
      "api_keys.label",
      "api_keys.allow_from",
      "api_keys.replaces",
      "successors.kid as replaced_by",
      "successors.created_at as replaced_at",
      "api_keys.lineage",
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
  partner_suspended_at: Date | null;
  environment: "live" | "test";
  scopes: string[];
  api_version: string;
  label: string | null;
  allow_from: string[] | null;
  replaces: string | null;
  replaced_by: string | null;
  replaced_at: Date | null;
  lineage: string;
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
    partnerSuspendedAt: row.partner_suspended_at?.getTime(),
    environment: row.environment,
    scopes: row.scopes,
    apiVersion: row.api_version,
    label: row.label ?? undefined,
    allowFrom: row.allow_from ?? undefined,
    replaces: row.replaces ?? undefined,
    replacedBy: row.replaced_by ?? undefined,
    replacedAt: row.replaced_at?.getTime(),
    lineage: row.lineage,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at?.getTime(),
    suspendedAt: row.suspended_at?.getTime(),
    revokedAt: row.revoked_at?.getTime(),
  };
}

function dateOf(moment: number | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}
