/** Lists deliveries of a webhook endpoint. */
import { z } from "zod";
import { endpointGiven, noEndpoint } from "../endpoints/endpoint-json.ts";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { deliveryShape, deliveryToJson, filterGiven, filterOf } from "./delivery-json.ts";

export const deliveryList = defineVerb({
  name: "delivery.list",
  summary: "List deliveries to a webhook endpoint, newest first",
  role: "viewer",
  method: "GET",
  path: "/admin/endpoints/{endpoint}/deliveries",
  input: z.object({ endpoint: endpointGiven, ...filterGiven, after: afterGiven, limit: pageSize }),
  output: pageOf(deliveryShape),
  run: async ({ records }, { endpoint, after, limit, ...filter }) => {
    if ((await records.endpoints.find(endpoint)) === undefined) return { kind: "absent", what: noEndpoint(endpoint) };
    const before = after === undefined ? undefined : Number(after);
    if (before !== undefined && !Number.isSafeInteger(before)) return { kind: "refused", reasons: ["after is the next of the page before."] };
    const rows = await records.deliveries.list(endpoint, filterOf(filter), before, limit + 1);
    return { kind: "done", value: pageFrom(rows, limit, deliveryToJson, ({ seq }) => String(seq)) };
  },
});
