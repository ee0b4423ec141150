/** Removes a partner that nobody calls with any more, with its keys; what they did stays in the audit records. */
import { z } from "zod";
import { stateOf } from "../api-keys/key-json.ts";
import { defineVerb } from "../verb.ts";
import { noPartner, partnerGiven, partnerShape, partnerSubject, partnerToJson } from "./partner-json.ts";

/** As many as a refusal names. */
const shownKeys = 5;

export const partnerRemove = defineVerb({
  name: "partner.remove",
  summary: "Remove a partner whose keys are all revoked or expired",
  role: "admin",
  method: "DELETE",
  path: "/admin/partners/{partner}",
  input: z.object({ partner: partnerGiven }),
  output: partnerShape,
  run: (plane, { partner }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.partners.lock(partner);
      if (!before) return { kind: "absent", what: noPartner(partner) };
      const alive = (await records.keys.list(before.id, undefined, Number.MAX_SAFE_INTEGER)).filter((key) =>
        ["active", "suspended"].includes(stateOf(key, asking.now)),
      );
      if (alive.length > 0) {
        const named = alive.slice(0, shownKeys).map(({ kid }) => kid);
        const more = alive.length > shownKeys ? ` and ${alive.length - shownKeys} others` : "";
        return { kind: "refused", reasons: [`${before.name} has keys that are neither revoked nor expired: ${named.join(", ")}${more}.`] };
      }
      if ((await records.partners.remove(before.id)) === "in-use")
        return {
          kind: "refused",
          reasons: [`Something else still belongs to ${before.name}, such as an OAuth client or a webhook endpoint; revoke or delete that first.`],
        };
      await audit({ verb: "partner.remove", subject: partnerSubject(before), before: partnerToJson(before), after: null });
      return { kind: "done", value: partnerToJson(before) };
    }),
});
