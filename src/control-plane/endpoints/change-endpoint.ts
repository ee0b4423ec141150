/** A change of one endpoint: locked, decided, stored and audited; what changes nothing is neither stored nor audited. */
import { isDeepStrictEqual } from "node:util";
import type { ControlPlane } from "../control-plane.ts";
import type { Asking, Outcome } from "../verb.ts";
import { type EndpointJson, endpointForAudit, endpointSubject, endpointToJson, noEndpoint } from "./endpoint-json.ts";
import type { EndpointTerms, WebhookEndpoint } from "./endpoint-records.ts";

/** `decide` sees the endpoint as it stands and says what is to be different. */
export function changeEndpoint(
  plane: ControlPlane,
  asking: Asking,
  verb: string,
  id: string,
  decide: (endpoint: WebhookEndpoint) => Outcome<Partial<EndpointTerms>>,
): Promise<Outcome<EndpointJson>> {
  return plane.change(asking, async ({ records, audit }) => {
    const before = await records.endpoints.lock(id);
    if (before === undefined) return { kind: "absent", what: noEndpoint(id) };
    const decided = decide(before);
    if (decided.kind !== "done") return decided;
    const wanted = { ...before, ...decided.value };
    if (isDeepStrictEqual(before, wanted)) return { kind: "done", value: endpointToJson(before, asking.now) };
    await records.endpoints.setTerms(id, wanted);
    // Of a first verification there is nothing that was held, and nobody to be surprised.
    if (wanted.state === "active" && (before.state === "suspended" || before.state === "disabled")) await records.endpoints.setResumed(id);
    const after = (await records.endpoints.find(id)) ?? wanted;
    await audit({ verb, subject: endpointSubject(id), before: endpointForAudit(before), after: endpointForAudit(after) });
    return { kind: "done", value: endpointToJson(after, asking.now) };
  });
}
