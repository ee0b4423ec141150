/** Changes what a key may do: its scopes, the networks it is used from, the version it is pinned to, its label. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeKey } from "./change-key.ts";
import { keyGiven, keyShape, networksGiven, scopesGiven } from "./key-json.ts";
import { canonicalNetworks, canonicalScopes, reasonsAgainstTerms } from "./terms.ts";

export const keyChange = defineVerb({
  name: "key.change",
  summary: "Change an API key's scopes, allow-list, pinned version or label",
  role: "operator",
  method: "PATCH",
  path: "/admin/keys/{key}",
  input: z.object({
    key: keyGiven,
    scopes: scopesGiven.optional().meta({ description: "All it is to have from now on." }),
    allow_from: networksGiven.nullable().optional().meta({ description: "All networks it may be used from; null: from anywhere." }),
    api_version: z.string().optional(),
    label: z.string().nullable().optional(),
  }),
  output: keyShape,
  run: (plane, { key: kid, ...wanted }, asking) =>
    changeKey(plane, asking, "key.change", kid, (key) => {
      if (key.revokedAt !== undefined) return { kind: "refused", reasons: [`Key ${kid} is revoked, and revoking is final; issue a new one.`] };
      const reasons = reasonsAgainstTerms(plane, wanted, asking.now);
      if (reasons.length > 0) return { kind: "refused", reasons };
      return {
        kind: "done",
        value: {
          scopes: wanted.scopes === undefined ? key.scopes : canonicalScopes(wanted.scopes),
          allowFrom: wanted.allow_from === undefined ? key.allowFrom : canonicalNetworks(wanted.allow_from),
          apiVersion: wanted.api_version ?? key.apiVersion,
          label: wanted.label === undefined ? key.label : (wanted.label ?? undefined),
        },
      };
    }),
});
