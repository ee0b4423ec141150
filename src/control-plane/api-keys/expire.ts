/** Sets the end of a key, moves it, or lifts it. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeKey } from "./change-key.ts";
import { keyGiven, keyShape, stateOf } from "./key-json.ts";
import type { ApiKey } from "./key-records.ts";
import { maxOverlapSeconds } from "./rotate.ts";
import { momentOf, reasonsAgainstTerms } from "./terms.ts";

export const keyExpire = defineVerb({
  name: "key.expire",
  summary: "Set, move or lift the end of an API key",
  role: "operator",
  method: "POST",
  path: "/admin/keys/{key}/expire",
  input: z.object({ key: keyGiven, expires_at: z.iso.datetime().nullable().meta({ description: "Null: it does not end by itself." }) }),
  output: keyShape,
  run: (plane, { key: kid, expires_at }, asking) =>
    changeKey(plane, asking, "key.expire", kid, (key) => {
      const end = momentOf(expires_at);
      const reasons = [...reasonsAgainstTerms(plane, { expires_at }, asking.now), ...reasonsAgainstEnd(key, end, asking.now)];
      return reasons.length > 0 ? { kind: "refused", reasons } : { kind: "done", value: { expiresAt: end } };
    }),
});

/** What is over stays over, and no overlap gets longer than it may be from the start. */
function reasonsAgainstEnd(key: ApiKey, end: number | undefined, now: number): readonly string[] {
  const state = stateOf(key, now);
  if (state === "revoked" || state === "expired") return [`Key ${key.kid} is ${state}; issue a new one.`];
  if (key.replacedAt === undefined) return [];
  const latest = key.replacedAt + maxOverlapSeconds * 1_000;
  if (end !== undefined && end <= latest) return [];
  return [`Key ${key.kid} was rotated, and ends by ${new Date(latest).toISOString()}: 30 days is the longest overlap.`];
}
