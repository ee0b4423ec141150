/** Passes over one delivery: later events of the same thing no longer wait for it. */
import { z } from "zod";
import { endpointGiven } from "../endpoints/endpoint-json.ts";
import { defineVerb } from "../verb.ts";
import { deliveryShape, deliverySubject, deliveryToJson, eventGiven, noDelivery } from "./delivery-json.ts";

export const deliverySkip = defineVerb({
  name: "delivery.skip",
  summary: "Pass over one delivery, so that later events of the same thing go on",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/deliveries/{event}/skip",
  input: z.object({ endpoint: endpointGiven, event: eventGiven }),
  output: deliveryShape,
  run: (plane, { endpoint, event }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.deliveries.find(endpoint, event);
      if (before === undefined) return { kind: "absent", what: noDelivery(endpoint, event) };
      if (before.state === "skipped") return { kind: "done", value: deliveryToJson(before) };
      if (!(await records.deliveries.skip(endpoint, before.seq)))
        return { kind: "refused", reasons: ["It has been delivered, so there is nothing to pass over."], problem: { code: "delivery-ended" } };
      const after = deliveryToJson((await records.deliveries.find(endpoint, event)) ?? before);
      await audit({ verb: "delivery.skip", subject: deliverySubject(endpoint, event), before: deliveryToJson(before), after });
      return { kind: "done", value: after };
    }),
});
