/** Sends many deliveries of an endpoint again: all that match, a bounded number at a time, and says exactly how many. */
import { deliveriesResent, deliveriesToResend } from "#contract/deliveries.ts";
import { endpointGiven, endpointSubject, noEndpoint } from "../endpoints/endpoint-json.ts";
import { defineVerb } from "../verb.ts";
import { filterOf } from "./delivery-json.ts";

/** In one transaction: so that the endpoint's worker does not wait for long. */
const atOnce = 500;

export const deliveryResendMany = defineVerb({
  name: "delivery.resend-many",
  summary: "Send all deliveries to a webhook endpoint again that are in a state, of a type or of a time",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/deliveries/resend",
  input: deliveriesToResend.extend({ endpoint: endpointGiven }),
  output: deliveriesResent,
  run: async (plane, { endpoint, ...given }, asking) => {
    if ((await plane.records.endpoints.find(endpoint)) === undefined) return { kind: "absent", what: noEndpoint(endpoint) };
    // What comes after this is none of those that were meant; and so it ends.
    const last = await plane.records.deliveries.last(endpoint);
    const total = { resent: 0, not_kept: 0 };
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after;
      // Each part with an audit record of its own: what was done before something failed was done, and is on record.
      const part = await plane.change(asking, async ({ records, audit }) => {
        const done = await records.deliveries.resend(endpoint, filterOf(given), { after: from, last, limit: atOnce });
        const range = { after_seq: from, up_to_seq: done.reached ?? last };
        const filter = JSON.parse(JSON.stringify(given));
        if (done.resent > 0)
          await audit({ verb: "delivery.resend-many", subject: endpointSubject(endpoint), before: null, after: { ...filter, ...range, resent: done.resent } });
        return done;
      });
      total.resent += part.resent;
      total.not_kept += part.unkept;
      after = part.reached;
    }
    return { kind: "done", value: total };
  },
});
