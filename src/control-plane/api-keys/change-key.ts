/** A change of one key: locked, decided, stored and audited; what changes nothing is neither stored nor audited. */
import { isDeepStrictEqual } from "node:util";
import type { ControlPlane } from "../control-plane.ts";
import type { Asking, Outcome } from "../verb.ts";
import { type KeyJson, keyForAudit, keySubject, keyToJson, noKey } from "./key-json.ts";
import type { ApiKey, KeyTerms } from "./key-records.ts";

/** `decide` sees the key as it stands and says what is to be different. */
export function changeKey(
  plane: ControlPlane,
  asking: Asking,
  verb: string,
  kid: string,
  decide: (key: ApiKey) => Outcome<Partial<KeyTerms>>,
): Promise<Outcome<KeyJson>> {
  return plane.change(asking, async ({ records, audit }) => {
    const before = await records.keys.lock(kid);
    if (!before) return { kind: "absent", what: noKey(kid) };
    const decided = decide(before);
    if (decided.kind !== "done") return decided;
    const after = { ...before, ...decided.value };
    if (isDeepStrictEqual(before, after)) return { kind: "done", value: keyToJson(before, asking.now) };
    await records.keys.update(kid, after);
    await audit({ verb, subject: keySubject(kid), before: keyForAudit(before), after: keyForAudit(after) });
    return { kind: "done", value: keyToJson(after, asking.now) };
  });
}
