/** Takes an account number from a partner, and with it sight of what is filed under that number. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { accountsGiven, noPartner, partnerGiven, partnerShape, partnerSubject, partnerToJson } from "./partner-json.ts";

export const partnerRemoveAccount = defineVerb({
  name: "partner.remove-account",
  summary: "Take an account number from a partner",
  role: "operator",
  method: "POST",
  path: "/admin/partners/{partner}/remove-accounts",
  input: z.object({ partner: partnerGiven, accounts: accountsGiven.min(1) }),
  output: partnerShape,
  run: (plane, { partner, accounts }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.partners.lock(partner);
      if (!before) return { kind: "absent", what: noPartner(partner) };
      const strange = accounts.filter(
        (given) => !before.accounts.some(({ environment, account }) => environment === given.environment && account === given.account),
      );
      // A mistyped number would otherwise leave the partner with the one that was meant.
      if (strange.length > 0)
        return { kind: "refused", reasons: strange.map(({ environment, account }) => `${before.name} has no account ${environment}:${account}.`) };
      await records.partners.removeAccounts(before.id, accounts);
      const after = (await records.partners.find(before.id)) ?? before;
      await audit({ verb: "partner.remove-account", subject: partnerSubject(before), before: partnerToJson(before), after: partnerToJson(after) });
      return { kind: "done", value: partnerToJson(after) };
    }),
});
