/** Resumes an endpoint that is suspended or disabled: what was held is sent, in order, at a rate that grows. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeEndpoint } from "./change-endpoint.ts";
import { endpointGiven, endpointShape } from "./endpoint-json.ts";

export const endpointResume = defineVerb({
  name: "endpoint.resume",
  summary: "Resume a webhook endpoint that is suspended or disabled; what was held is sent to it",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/resume",
  input: z.object({ endpoint: endpointGiven }),
  output: endpointShape,
  run: (plane, { endpoint }, asking) =>
    changeEndpoint(plane, asking, "endpoint.resume", endpoint, ({ verifiedAt }) =>
      verifiedAt === undefined
        ? { kind: "refused", reasons: ["Its URL has not answered a challenge yet: verify it."], problem: { code: "endpoint-not-verified" } }
        : { kind: "done", value: { state: "active", stateReason: undefined } },
    ),
});
