/** Changes what an OAuth client may do: its scopes, the networks it comes from, the version it is pinned to, its label, its end. */
import { z } from "zod";
import { networksGiven, scopesGiven, stateOf } from "../api-keys/key-json.ts";
import { canonicalNetworks, canonicalScopes, momentOf, reasonsAgainstTerms } from "../api-keys/terms.ts";
import { defineVerb } from "../verb.ts";
import { changeClient } from "./change-client.ts";
import { clientGiven, clientShape } from "./client-json.ts";

export const clientChange = defineVerb({
  name: "client.change",
  summary: "Change an OAuth client's scopes, allow-list, pinned version, label or end",
  role: "operator",
  method: "PATCH",
  path: "/admin/clients/{client}",
  input: z.object({
    client: clientGiven,
    scopes: scopesGiven.optional().meta({ description: "All it is to have from now on; tokens that were issued for more lose the rest at once." }),
    allow_from: networksGiven.nullable().optional().meta({ description: "All networks it may come from; null: from anywhere." }),
    api_version: z.string().optional(),
    label: z.string().nullable().optional(),
    expires_at: z.iso.datetime().nullable().optional().meta({ description: "When it ends; null: not by itself." }),
  }),
  output: clientShape,
  run: (plane, { client: id, ...wanted }, asking) =>
    changeClient(plane, asking, "client.change", id, (client) => {
      if (client.revokedAt !== undefined) return { kind: "refused", reasons: ["The client is revoked for good."] };
      if (stateOf(client, asking.now) === "expired") return { kind: "refused", reasons: ["The client has ended; make another one."] };
      const reasons = reasonsAgainstTerms(plane, wanted, asking.now);
      if (reasons.length > 0) return { kind: "refused", reasons };
      return {
        kind: "done",
        value: {
          scopes: wanted.scopes === undefined ? client.scopes : canonicalScopes(wanted.scopes),
          allowFrom: wanted.allow_from === undefined ? client.allowFrom : canonicalNetworks(wanted.allow_from),
          apiVersion: wanted.api_version ?? client.apiVersion,
          label: wanted.label === undefined ? client.label : (wanted.label ?? undefined),
          expiresAt: wanted.expires_at === undefined ? client.expiresAt : momentOf(wanted.expires_at),
        },
      };
    }),
});
