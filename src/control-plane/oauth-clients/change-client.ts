/** A change of one client: locked, decided, stored and audited; what changes nothing is neither stored nor audited. */
import { isDeepStrictEqual } from "node:util";
import type { ControlPlane } from "../control-plane.ts";
import type { Asking, Outcome } from "../verb.ts";
import { type ClientJson, clientForAudit, clientSubject, clientToJson, noClient } from "./client-json.ts";
import type { Client, ClientTerms } from "./client-records.ts";

/** `decide` sees the client as it stands and says what is to be different. */
export function changeClient(
  plane: ControlPlane,
  asking: Asking,
  verb: string,
  id: string,
  decide: (client: Client) => Outcome<Partial<Pick<Client, "auth" | keyof ClientTerms>>>,
): Promise<Outcome<ClientJson>> {
  return plane.change(asking, async ({ records, audit }) => {
    const before = await records.clients.lock(id);
    if (before === undefined) return { kind: "absent", what: noClient(id) };
    const decided = decide(before);
    if (decided.kind !== "done") return decided;
    const after = { ...before, ...decided.value };
    if (isDeepStrictEqual(before, after)) return { kind: "done", value: clientToJson(before, asking.now) };
    if (after.auth !== before.auth) await records.clients.setAuth(id, after.auth);
    await records.clients.setTerms(id, after);
    await audit({ verb, subject: clientSubject(id), before: clientForAudit(before), after: clientForAudit(after) });
    return { kind: "done", value: clientToJson(after, asking.now) };
  });
}
