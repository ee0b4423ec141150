/** Sends one delivery again: the same bytes under the same id, whatever became of it before. */
import { z } from "zod";
import { endpointGiven } from "../endpoints/endpoint-json.ts";
import { defineVerb } from "../verb.ts";
import { deliveryShape, deliverySubject, deliveryToJson, eventGiven, noDelivery } from "./delivery-json.ts";

export const deliveryResend = defineVerb({
  name: "delivery.resend",
  summary: "Send one delivery again, the same bytes under the same id",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/deliveries/{event}/resend",
  input: z.object({ endpoint: endpointGiven, event: eventGiven }),
  output: deliveryShape,
  run: (plane, { endpoint, event }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.deliveries.find(endpoint, event);
      if (before === undefined) return { kind: "absent", what: noDelivery(endpoint, event) };
      const { resent } = await records.deliveries.resend(endpoint, { event }, { after: before.seq - 1, last: before.seq, limit: 1 });
      if (resent === 0)
        return { kind: "refused", reasons: ["What was sent is no longer kept, so it cannot be sent again."], problem: { code: "delivery-not-kept" } };
      const after = deliveryToJson((await records.deliveries.find(endpoint, event)) ?? before);
      await audit({ verb: "delivery.resend", subject: deliverySubject(endpoint, event), before: deliveryToJson(before), after });
      return { kind: "done", value: after };
    }),
});
