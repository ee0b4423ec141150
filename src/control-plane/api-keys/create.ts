/** Issues an API key to a partner; its secret is in the answer and nowhere else. */
import { z } from "zod";
import type { Changing, ControlPlane } from "../control-plane.ts";
import { giveAccounts } from "../partners/add-account.ts";
import { registerPartner } from "../partners/create.ts";
import { accountsGiven, noPartner, partnerGiven } from "../partners/partner-json.ts";
import type { Partner, PartnerAccount } from "../partners/partner-records.ts";
import { defineVerb, type Outcome } from "../verb.ts";
import { formatKey, generateKey } from "./format.ts";
import { keyForAudit, keyShape, keySubject, keyToJson, networksGiven, scopesGiven } from "./key-json.ts";
import type { ApiKey, NewKey } from "./key-records.ts";
import { hashSecret } from "./peppers.ts";
import { canonicalNetworks, canonicalScopes, momentOf, reasonsAgainstTerms } from "./terms.ts";

export const issuedKeyShape = keyShape.extend({ key: z.string().meta({ description: "The whole key. It is shown only here." }) });

export const keyCreate = defineVerb({
  name: "key.create",
  summary: "Issue an API key; it is shown once",
  role: "operator",
  method: "POST",
  path: "/admin/keys",
  input: z.object({
    partner: partnerGiven,
    accounts: accountsGiven
      .default([])
      .meta({ description: "Where some are given, the partner of that name is registered first if there is none, or given those it lacks." }),
    environment: z.enum(["live", "test"]),
    scopes: scopesGiven,
    label: z.string().optional(),
    expires_at: z.iso.datetime().optional(),
    allow_from: networksGiven.optional(),
    api_version: z.string().optional().meta({ description: "The contract version it is pinned to; the newest without it." }),
  }),
  output: issuedKeyShape,
  shownOnce: "key",
  run: (plane, input, asking) =>
    plane.change(asking, async (changing) => {
      const reasons = reasonsAgainstTerms(plane, input, asking.now);
      const found = await changing.records.partners.lock(input.partner);
      if (!found && input.accounts.length === 0) return { kind: "refused", reasons: [noPartner(input.partner), ...reasons] };
      if (reasons.length > 0) return { kind: "refused", reasons };

      const partner = await ensured(changing, found, input.partner, input.accounts, asking.now);
      if (partner.kind !== "done") return partner;
      const issued = await issueKey(plane, changing, {
        ...{ partner: partner.value, environment: input.environment, scopes: canonicalScopes(input.scopes) },
        ...{ apiVersion: input.api_version ?? plane.versions[0], label: input.label, allowFrom: canonicalNetworks(input.allow_from) },
        ...{ expiresAt: momentOf(input.expires_at), replaces: undefined, createdAt: asking.now },
      });
      await changing.audit({ verb: keyCreate.name, subject: keySubject(issued.key.kid), before: null, after: keyForAudit(issued.key) });
      return { kind: "done", value: { ...keyToJson(issued.key, asking.now), key: issued.token } };
    }),
});

/** The partner with these accounts, registered where it is not. */
async function ensured(
  changing: Changing,
  found: Partner | undefined,
  name: string,
  accounts: readonly PartnerAccount[],
  now: number,
): Promise<Outcome<Partner>> {
  return found ? giveAccounts(changing, found, accounts) : registerPartner(changing, { name, accounts }, now);
}

export interface WantedKey extends Omit<NewKey, "kid" | "partner" | "mac" | "pepperVersion" | "replaces" | "lineage"> {
  readonly partner: Pick<Partner, "id" | "name" | "suspendedAt">;
  readonly replaces: ApiKey | undefined;
}

/** Within a change, of terms that were checked. */
export async function issueKey(
  { peppers, keyPrefix }: Pick<ControlPlane, "peppers" | "keyPrefix">,
  { records }: Changing,
  { partner, replaces, ...terms }: WantedKey,
): Promise<{ readonly key: ApiKey; readonly token: string }> {
  const parts = generateKey(terms.environment);
  const line = { replaces: replaces?.kid, lineage: replaces?.lineage ?? parts.kid };
  await records.keys.insert({
    ...{ ...terms, ...line, kid: parts.kid, partner: partner.id },
    ...{ mac: hashSecret(peppers, peppers.current, parts.secret), pepperVersion: peppers.current },
  });
  const key: ApiKey = {
    ...{ ...terms, ...line, kid: parts.kid, partner: partner.id, partnerName: partner.name, partnerSuspendedAt: partner.suspendedAt },
    ...{ replacedBy: undefined, replacedAt: undefined, suspendedAt: undefined, revokedAt: undefined },
  };
  return { key, token: formatKey(parts, keyPrefix) };
}
