/** Gives a partner a further account number in the ERP, and with it sight of what is filed under that number. */
import type { Partner, PartnerAccount, PartnerRecords } from "./partner-records.ts";

export type AccountAdded = { readonly kind: "added"; readonly partner: Partner } | { readonly kind: "refused"; readonly reasons: readonly string[] };

export async function addAccount(partners: PartnerRecords, idOrName: string, accounts: readonly PartnerAccount[]): Promise<AccountAdded> {
  const partner = await partners.find(idOrName);
  const reasons = [...(partner ? [] : [`There is no partner "${idOrName}".`]), ...checkAccounts(accounts)];
  if (!partner || reasons.length > 0) return { kind: "refused", reasons };

  await partners.addAccounts(partner.id, accounts);
  return { kind: "added", partner: (await partners.find(partner.id)) ?? partner };
}

/** Blank accounts are refused: trimmed and padded, one would match every row without an account. */
export function checkAccounts(accounts: readonly PartnerAccount[]): string[] {
  return accounts
    .filter(({ account }) => account.trim() !== account || account === "" || account.length > 100 || /\p{Cc}/u.test(account))
    .map(({ account }) => `"${account}" is no account number: it is blank, too long, or has blanks around it.`);
}
