/** Registers an external company as a partner. */
import { z } from "zod";
import { randomBase62 } from "#lib/base62.ts";
import type { Changing } from "../control-plane.ts";
import { defineVerb, type Outcome } from "../verb.ts";
import { reasonsAgainstAccounts } from "./add-account.ts";
import { accountsGiven, partnerShape, partnerSubject, partnerToJson } from "./partner-json.ts";
import type { Partner, PartnerAccount } from "./partner-records.ts";

export const partnerCreate = defineVerb({
  name: "partner.create",
  summary: "Register a company as a partner",
  role: "operator",
  method: "POST",
  path: "/admin/partners",
  input: z.object({ name: z.string(), accounts: accountsGiven.default([]), note: z.string().optional() }),
  output: partnerShape,
  run: (plane, { name, accounts, note }, asking) =>
    plane.change(asking, async (changing) => {
      const made = await registerPartner(changing, { name, accounts, note }, asking.now);
      return made.kind === "done" ? { kind: "done", value: partnerToJson(made.value) } : made;
    }),
});

/** Within a change. `now` in milliseconds since 1970. */
export async function registerPartner(
  { records, audit }: Changing,
  wanted: { readonly name: string; readonly accounts: readonly PartnerAccount[]; readonly note?: string | undefined },
  now: number,
): Promise<Outcome<Partner>> {
  const name = wanted.name.trim();
  const reasons = [...reasonsAgainstName(name), ...reasonsAgainstNote(wanted.note), ...reasonsAgainstAccounts(wanted.accounts)];
  if (reasons.length > 0) return { kind: "refused", reasons };

  const partner: Partner = { id: `ptr_${randomBase62(12)}`, name, accounts: wanted.accounts, note: wanted.note, createdAt: now, suspendedAt: undefined };
  if ((await records.partners.insert(partner)) === "name-taken") return { kind: "refused", reasons: [nameTaken(name)] };
  await audit({ verb: partnerCreate.name, subject: partnerSubject(partner), before: null, after: partnerToJson(partner) });
  return { kind: "done", value: partner };
}

export function nameTaken(name: string): string {
  return `There is a partner named "${name}" already.`;
}

export function reasonsAgainstName(name: string): readonly string[] {
  if (name === "") return ["A partner needs a name."];
  if (name.length > 200) return ["A partner's name has at most 200 characters."];
  // Names go to terminals and logs; a control character there could forge a line.
  if (/\p{Cc}/u.test(name)) return ["A partner's name holds no control characters."];
  if (name.startsWith("ptr_")) return ["A partner's name does not begin with ptr_, which marks ids."];
  return [];
}

export function reasonsAgainstNote(note: string | undefined): readonly string[] {
  return note !== undefined && (note.length > 1_000 || /\p{Cc}/u.test(note)) ? ["A note has at most 1000 characters and no control characters."] : [];
}
