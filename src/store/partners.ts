/** Partners and their accounts in the gateway's own tables. */
import { sql } from "kysely";
import type { Partner, PartnerAccount, PartnerRecords } from "#control-plane/partners/partner-records.ts";
import type { Store } from "./connect.ts";

export function partnerRecords(store: Store): PartnerRecords {
  return {
    insert: (partner) =>
      store.transaction().execute(async (transaction) => {
        const inserted = await transaction
          .insertInto("partners")
          .values({ id: partner.id, name: partner.name, created_at: new Date(partner.createdAt) })
          .onConflict((conflict) => conflict.expression(sql`lower(name)`).doNothing())
          .executeTakeFirst();
        if (inserted.numInsertedOrUpdatedRows !== 1n) return "name-taken";
        await insertAccounts(transaction, partner.id, partner.accounts);
        return "inserted";
      }),
    find: async (idOrName) => {
      const rows = await select(store)
        .where((row) => row.or([row("partners.id", "=", idOrName), row(sql`lower(partners.name)`, "=", sql`lower(${idOrName})`)]))
        .execute();
      return rows.map(toPartner)[0];
    },
    list: async () => (await select(store).orderBy(sql`lower(partners.name)`).execute()).map(toPartner),
    addAccounts: (id, accounts) => insertAccounts(store, id, accounts),
  };
}

function select(store: Store) {
  return store.selectFrom("partners").select([
    "partners.id",
    "partners.name",
    "partners.created_at",
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

function toPartner(row: { id: string; name: string; created_at: Date; accounts: PartnerAccount[] }): Partner {
  return { id: row.id, name: row.name, accounts: row.accounts, createdAt: row.created_at.getTime() };
}
