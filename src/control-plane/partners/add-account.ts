/** Gives a partner a further account number in the ERP, and with it sight of what is filed under that number. */
import { z } from "zod";
import type { Changing } from "../control-plane.ts";
import { defineVerb, type Outcome } from "../verb.ts";
import { accountsGiven, noPartner, partnerGiven, partnerShape, partnerSubject, partnerToJson } from "./partner-json.ts";
import type { Partner, PartnerAccount } from "./partner-records.ts";

export const partnerAddAccount = defineVerb({
  name: "partner.add-account",
  summary: "Give a partner a further account number in the ERP",
  role: "operator",
  method: "POST",
  path: "/admin/partners/{partner}/accounts",
  input: z.object({ partner: partnerGiven, accounts: accountsGiven.min(1) }),
  output: partnerShape,
  run: (plane, { partner, accounts }, asking) =>
    plane.change(asking, async (changing) => {
      const found = await changing.records.partners.lock(partner);
      const reasons = reasonsAgainstAccounts(accounts);
      if (!found) return reasons.length === 0 ? { kind: "absent", what: noPartner(partner) } : { kind: "refused", reasons: [noPartner(partner), ...reasons] };
      const added = await giveAccounts(changing, found, accounts);
      return added.kind === "done" ? { kind: "done", value: partnerToJson(added.value) } : added;
    }),
});

/** Within a change, of a partner that is locked. Those it has already stay as they are. */
export async function giveAccounts({ records, audit }: Changing, partner: Partner, accounts: readonly PartnerAccount[]): Promise<Outcome<Partner>> {
  const reasons = reasonsAgainstAccounts(accounts);
  if (reasons.length > 0) return { kind: "refused", reasons };
  const lacking = accounts.filter(
    (wanted) => !partner.accounts.some(({ environment, account }) => environment === wanted.environment && account === wanted.account),
  );
  if (lacking.length === 0) return { kind: "done", value: partner };
  await records.partners.addAccounts(partner.id, lacking);
  const after = (await records.partners.find(partner.id)) ?? partner;
  await audit({ verb: partnerAddAccount.name, subject: partnerSubject(partner), before: partnerToJson(partner), after: partnerToJson(after) });
  return { kind: "done", value: after };
}

/** Blank accounts are refused: trimmed and padded, one would match every row without an account. */
export function reasonsAgainstAccounts(accounts: readonly PartnerAccount[]): string[] {
  return accounts
    .filter(({ account }) => account.trim() !== account || account === "" || account.length > 100 || /\p{Cc}/u.test(account))
    .map(({ account }) => `"${account}" is no account number: it is blank, too long, or has blanks around it.`);
}
