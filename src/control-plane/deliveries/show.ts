/** Shows one delivery with every attempt. */
import { z } from "zod";
import { endpointGiven } from "../endpoints/endpoint-json.ts";
import { defineVerb } from "../verb.ts";
import { attemptToJson, deliveryToJson, deliveryWithAttemptsShape, eventGiven, noDelivery } from "./delivery-json.ts";

export const deliveryShow = defineVerb({
  name: "delivery.show",
  summary: "Show one delivery with every attempt",
  role: "viewer",
  method: "GET",
  path: "/admin/endpoints/{endpoint}/deliveries/{event}",
  input: z.object({ endpoint: endpointGiven, event: eventGiven }),
  output: deliveryWithAttemptsShape,
  run: async ({ records }, { endpoint, event }) => {
    const delivery = await records.deliveries.find(endpoint, event);
    if (delivery === undefined) return { kind: "absent", what: noDelivery(endpoint, event) };
    const attempts = await records.deliveries.attempts(endpoint, delivery.seq);
    return { kind: "done", value: { ...deliveryToJson(delivery), tried: attempts.map(attemptToJson) } };
  },
});
