/** Lists the webhook endpoints there are, without anything secret. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { endpointShape, endpointToJson } from "./endpoint-json.ts";

export const endpointList = defineVerb({
  name: "endpoint.list",
  summary: "List the webhook endpoints, newest first",
  role: "viewer",
  method: "GET",
  path: "/admin/endpoints",
  input: z.object({ partner: partnerGiven.optional(), environment: z.enum(["live", "test"]).optional(), after: afterGiven, limit: pageSize }),
  output: pageOf(endpointShape),
  run: async ({ records }, { partner, environment, after, limit }, { now }) => {
    const owner = partner === undefined ? undefined : await records.partners.find(partner);
    if (partner !== undefined && owner === undefined) return { kind: "refused", reasons: [noPartner(partner)] };
    const rows = await records.endpoints.list({ partner: owner?.id, environment }, after, limit + 1);
    return {
      kind: "done",
      value: pageFrom(
        rows,
        limit,
        (endpoint) => endpointToJson(endpoint, now),
        ({ id }) => id,
      ),
    };
  },
});
