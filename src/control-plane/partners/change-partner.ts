/** A change of one partner: locked, decided, stored and audited; what changes nothing is neither stored nor audited. */
import { isDeepStrictEqual } from "node:util";
import type { ControlPlane } from "../control-plane.ts";
import type { Asking, Outcome } from "../verb.ts";
import { nameTaken } from "./create.ts";
import { noPartner, type PartnerJson, partnerSubject, partnerToJson } from "./partner-json.ts";
import type { Partner } from "./partner-records.ts";

/** `decide` sees the partner as it stands and says what is to be different. */
export function changePartner(
  plane: ControlPlane,
  asking: Asking,
  verb: string,
  idOrName: string,
  decide: (partner: Partner) => Outcome<Partial<Pick<Partner, "name" | "note" | "suspendedAt">>>,
): Promise<Outcome<PartnerJson>> {
  return plane.change(asking, async ({ records, audit }) => {
    const before = await records.partners.lock(idOrName);
    if (!before) return { kind: "absent", what: noPartner(idOrName) };
    const decided = decide(before);
    if (decided.kind !== "done") return decided;
    const after = { ...before, ...decided.value };
    if (isDeepStrictEqual(before, after)) return { kind: "done", value: partnerToJson(before) };
    if ((await records.partners.update(after)) === "name-taken") return { kind: "refused", reasons: [nameTaken(after.name)] };
    await audit({ verb, subject: partnerSubject(before), before: partnerToJson(before), after: partnerToJson(after) });
    return { kind: "done", value: partnerToJson(after) };
  });
}
