/** Partners and their accounts in the gateway's own tables. */
import { sql } from "kysely";
import type { Partner, PartnerAccount, PartnerRecords } from "#control-plane/partners/partner-records.ts";
import type { Store } from "./connect.ts";
import { foreignKeyViolation, hasCode, uniqueViolation } from "./sql-states.ts";

/** Over a store or a transaction. */
export function partnerRecords(store: Store): PartnerRecords {
  function named(idOrName: string) {
    return select(store).where((row) => row.or([row("partners.id", "=", idOrName), row(sql`lower(partners.name)`, "=", sql`lower(${idOrName})`)]));
  }
  return {
    insert: async (partner) => {
      const inserted = await store
        .insertInto("partners")
        .values({
          id: partner.id,
          name: partner.name,
          note: partner.note ?? null,
          created_at: new Date(partner.createdAt),
          suspended_at: dateOf(partner.suspendedAt),
        })
        .onConflict((conflict) => conflict.expression(sql`lower(name)`).doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows !== 1n) return "name-taken";
      await insertAccounts(store, partner.id, partner.accounts);
      return "inserted";
    },
    find: async (idOrName) => (await named(idOrName).execute()).map(toPartner)[0],
    lock: async (idOrName) => {
      // Locked first and read then: what another transaction did meanwhile is seen.
      const locked = await store
        .selectFrom("partners")
        .select("id")
        .where((row) => row.or([row("id", "=", idOrName), row(sql`lower(name)`, "=", sql`lower(${idOrName})`)]))
        .forUpdate()
        .executeTakeFirst();
      return locked && (await select(store).where("partners.id", "=", locked.id).execute()).map(toPartner)[0];
    },
    list: async (after, limit) => {
      let query = select(store).orderBy(sql`lower(partners.name)`).limit(limit);
      if (after !== undefined) query = query.where(sql`lower(partners.name)`, ">", sql`lower(${after})`);
      return (await query.execute()).map(toPartner);
    },
    addAccounts: (id, accounts) => insertAccounts(store, id, accounts),
    removeAccounts: async (id, accounts) => {
      for (const { environment, account } of accounts)
        await store.deleteFrom("partner_accounts").where("partner", "=", id).where("environment", "=", environment).where("account", "=", account).execute();
    },
    update: async ({ id, name, note, suspendedAt }) => {
      try {
        await store
          .updateTable("partners")
          .set({ name, note: note ?? null, suspended_at: dateOf(suspendedAt) })
          .where("id", "=", id)
          .execute();
        return "updated";
      } catch (error) {
        if (hasCode(error, uniqueViolation)) return "name-taken";
        throw error;
      }
    },
    remove: async (id) => {
      try {
        await store.deleteFrom("api_keys").where("partner", "=", id).execute();
        // A client that could still ask for tokens keeps its partner.
        await store
          .deleteFrom("oauth_clients")
          .where("partner", "=", id)
          .where((row) => row.or([row("revoked_at", "is not", null), row("expires_at", "<=", sql<Date>`clock_timestamp()`)]))
          .execute();
        await store.deleteFrom("webhook_endpoints").where("partner", "=", id).where("deleted_at", "is not", null).execute();
        await store.deleteFrom("partners").where("id", "=", id).execute();
        return "removed";
      } catch (error) {
        if (hasCode(error, foreignKeyViolation)) return "in-use";
        throw error;
      }
    },
  };
}

function select(store: Store) {
  return store.selectFrom("partners").select([
    "partners.id",
    "partners.name",
    "partners.note",
    "partners.created_at",
    "partners.suspended_at",
    sql<PartnerAccount[]>`(
      select coalesce(json_agg(json_build_object('environment', environment, 'account', account) order by environment, account), '[]')
      from sluice.partner_accounts where partner = partners.id
    )`.as("accounts"),
  ]);
}

async function insertAccounts(store: Store, partner: string, accounts: readonly PartnerAccount[]): Promise<void> {
  if (accounts.length === 0) return;
  await store
    .insertInto("partner_accounts")
    .values(accounts.map(({ environment, account }) => ({ partner, environment, account })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

interface PartnerRow {
  readonly id: string;
  readonly name: string;
  readonly note: string | null;
  readonly created_at: Date;
  readonly suspended_at: Date | null;
  readonly accounts: PartnerAccount[];
}

function toPartner(row: PartnerRow): Partner {
  return {
    id: row.id,
    name: row.name,
    accounts: row.accounts,
    note: row.note ?? undefined,
    createdAt: row.created_at.getTime(),
    suspendedAt: row.suspended_at?.getTime(),
  };
}

function dateOf(moment: number | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}
