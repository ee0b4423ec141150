/** Suspends an endpoint: what happens from then on is held for it. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeEndpoint } from "./change-endpoint.ts";
import { endpointGiven, endpointShape } from "./endpoint-json.ts";

export const endpointSuspend = defineVerb({
  name: "endpoint.suspend",
  summary: "Suspend a webhook endpoint; its events are held until it is resumed",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/suspend",
  input: z.object({ endpoint: endpointGiven }),
  output: endpointShape,
  run: (plane, { endpoint }, asking) =>
    changeEndpoint(plane, asking, "endpoint.suspend", endpoint, ({ state, stateReason }) => {
      // It is sent nothing as it is, and nothing is held for it that could be sent later.
      if (state === "unverified")
        return { kind: "refused", reasons: ["It has not been verified yet, so nothing is sent to it."], problem: { code: "endpoint-not-verified" } };
      if (state === "suspended" && stateReason === undefined) return { kind: "done", value: {} };
      return { kind: "done", value: { state: "suspended", stateReason: undefined } };
    }),
});
