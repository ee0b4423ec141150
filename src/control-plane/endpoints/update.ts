/** Changes what an endpoint receives and where; another URL has to answer a challenge before anything is sent to it. */
import { endpointToUpdate } from "#contract/webhook-endpoints.ts";
import { defineVerb } from "../verb.ts";
import { changeEndpoint } from "./change-endpoint.ts";
import { endpointGiven, endpointShape, noEndpoint } from "./endpoint-json.ts";
import { canonicalTypes, errorsAgainstEndpoint } from "./terms.ts";

/** Of an endpoint that was sent events until its URL changed: what happens until the new one is verified is held. */
export const urlChanged = "Its URL has changed and has not been verified yet. What happens until then is held.";

export const endpointUpdate = defineVerb({
  name: "endpoint.update",
  summary: "Change a webhook endpoint's URL, types, version or description",
  role: "operator",
  method: "PATCH",
  path: "/admin/endpoints/{endpoint}",
  input: endpointToUpdate.extend({ endpoint: endpointGiven }),
  output: endpointShape,
  run: async (plane, { endpoint: id, url, types, api_version: version, description }, asking) => {
    const before = await plane.records.endpoints.find(id);
    if (before === undefined) return { kind: "absent", what: noEndpoint(id) };
    const errors = await errorsAgainstEndpoint(plane, before.environment, new Set(before.scopes), { url, types, api_version: version });
    if (errors.length > 0)
      return { kind: "refused", reasons: errors.map(({ pointer, detail }) => `${pointer}: ${detail}`), problem: { code: "invalid-endpoint", errors } };
    return changeEndpoint(plane, asking, "endpoint.update", id, (endpoint) => {
      const elsewhere = url !== undefined && new URL(url).href !== endpoint.url;
      return {
        kind: "done",
        value: {
          ...(elsewhere && { url: new URL(url).href, verifiedAt: undefined }),
          ...(elsewhere && endpoint.state === "active" && ({ state: "suspended", stateReason: urlChanged } as const)),
          ...(types !== undefined && { types: canonicalTypes(types) }),
          ...(version !== undefined && { apiVersion: version }),
          ...(description !== undefined && { description: description ?? undefined }),
        },
      };
    });
  },
});
