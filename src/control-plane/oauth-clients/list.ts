/** Lists the OAuth clients there are, without anything secret. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { clientShape, clientToJson } from "./client-json.ts";

export const clientList = defineVerb({
  name: "client.list",
  summary: "List the OAuth clients, newest first",
  role: "viewer",
  method: "GET",
  path: "/admin/clients",
  input: z.object({ partner: partnerGiven.optional(), after: afterGiven, limit: pageSize }),
  output: pageOf(clientShape),
  run: async ({ records }, { partner, after, limit }, { now }) => {
    const owner = partner === undefined ? undefined : await records.partners.find(partner);
    if (partner !== undefined && owner === undefined) return { kind: "refused", reasons: [noPartner(partner)] };
    const rows = await records.clients.list({ partner: owner?.id }, after, limit + 1);
    return {
      kind: "done",
      value: pageFrom(
        rows,
        limit,
        (client) => clientToJson(client, now),
        ({ id }) => id,
      ),
    };
  },
});
