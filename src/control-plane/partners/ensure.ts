/** Sees to it that a partner is there and has these accounts: registers it, or adds what it lacks. */
import { addAccount } from "./add-account.ts";
import { createPartner } from "./create.ts";
import type { Partner, PartnerAccount, PartnerRecords } from "./partner-records.ts";

export type PartnerEnsured =
  | { readonly kind: "created" | "added"; readonly partner: Partner }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** `now` in milliseconds since 1970. */
export async function ensurePartner(partners: PartnerRecords, name: string, accounts: readonly PartnerAccount[], now: number): Promise<PartnerEnsured> {
  const found = await partners.find(name);
  return found ? addAccount(partners, found.id, accounts) : createPartner(partners, { name, accounts }, now);
}
