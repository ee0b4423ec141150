/** Counts the deliveries of a webhook endpoint: what was captured for it is what was delivered, held, given up, passed over or still goes. */
import { z } from "zod";
import { deliveryStates } from "#contract/deliveries.ts";
import { endpointGiven, noEndpoint } from "../endpoints/endpoint-json.ts";
import { defineVerb } from "../verb.ts";

const counts = z.object({ captured: z.int().meta({ description: "The sum of all others." }) });
const ofStates = Object.fromEntries(deliveryStates.map((state) => [state, z.int()]));

export const deliveryAccount = defineVerb({
  name: "delivery.account",
  summary: "Count the deliveries to a webhook endpoint by what became of them",
  role: "viewer",
  method: "GET",
  path: "/admin/endpoints/{endpoint}/account",
  input: z.object({ endpoint: endpointGiven }),
  output: counts.extend(ofStates),
  run: async ({ records }, { endpoint }) => {
    if ((await records.endpoints.find(endpoint)) === undefined) return { kind: "absent", what: noEndpoint(endpoint) };
    const account = await records.deliveries.account(endpoint);
    return { kind: "done", value: { captured: Object.values(account).reduce((sum, one) => sum + one, 0), ...account } };
  },
});
