/** Deletes an endpoint and its secrets; nothing more is sent to it, and what was sent can still be looked at. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { endpointForAudit, endpointGiven, endpointShape, endpointSubject, endpointToJson, noEndpoint } from "./endpoint-json.ts";

export const endpointDelete = defineVerb({
  name: "endpoint.delete",
  summary: "Delete a webhook endpoint and its secrets; what was held for it is not sent",
  role: "operator",
  method: "DELETE",
  path: "/admin/endpoints/{endpoint}",
  input: z.object({ endpoint: endpointGiven }),
  output: endpointShape,
  run: (plane, { endpoint: id }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.endpoints.lock(id);
      if (before === undefined) return { kind: "absent", what: noEndpoint(id) };
      await records.endpoints.delete(id);
      await audit({ verb: "endpoint.delete", subject: endpointSubject(id), before: endpointForAudit(before), after: null });
      return { kind: "done", value: endpointToJson(before, asking.now) };
    }),
});
