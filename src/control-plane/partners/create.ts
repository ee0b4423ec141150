/** Registers an external company as a partner. */
import { randomBase62 } from "#lib/base62.ts";
import { checkAccounts } from "./add-account.ts";
import type { Partner, PartnerAccount, PartnerRecords } from "./partner-records.ts";

export interface CreatePartner {
  readonly name: string;
  readonly accounts: readonly PartnerAccount[];
}

export type PartnerCreated = { readonly kind: "created"; readonly partner: Partner } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** `now` in milliseconds since 1970. */
export async function createPartner(partners: PartnerRecords, input: CreatePartner, now: number): Promise<PartnerCreated> {
  const name = input.name.trim();
  const reasons = [...checkName(name), ...checkAccounts(input.accounts)];
  if (reasons.length > 0) return { kind: "refused", reasons };

  const partner: Partner = { id: `ptr_${randomBase62(12)}`, name, accounts: input.accounts, createdAt: now };
  if ((await partners.insert(partner)) === "name-taken") {
    return { kind: "refused", reasons: [`There is a partner named "${name}" already.`] };
  }
  return { kind: "created", partner };
}

function checkName(name: string): string[] {
  if (name === "") return ["A partner needs a name."];
  if (name.length > 200) return ["A partner's name has at most 200 characters."];
  // Names go to terminals and logs; a control character there could forge a line.
  if (/\p{Cc}/u.test(name)) return ["A partner's name holds no control characters."];
  if (name.startsWith("ptr_")) return ["A partner's name does not begin with ptr_, which marks ids."];
  return [];
}
