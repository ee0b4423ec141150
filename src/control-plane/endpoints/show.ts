/** Shows one webhook endpoint, without anything secret. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { endpointGiven, endpointShape, endpointToJson, noEndpoint } from "./endpoint-json.ts";

export const endpointShow = defineVerb({
  name: "endpoint.show",
  summary: "Show one webhook endpoint",
  role: "viewer",
  method: "GET",
  path: "/admin/endpoints/{endpoint}",
  input: z.object({ endpoint: endpointGiven }),
  output: endpointShape,
  run: async ({ records }, { endpoint: id }, { now }) => {
    const endpoint = await records.endpoints.find(id);
    return endpoint === undefined ? { kind: "absent", what: noEndpoint(id) } : { kind: "done", value: endpointToJson(endpoint, now) };
  },
});
