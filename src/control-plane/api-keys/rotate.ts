/** Replaces a key by a new one with the same terms, while the old one goes on to work for an overlap and then dies on time. */
import { z } from "zod";
import { defineVerb, type Outcome } from "../verb.ts";
import { issuedKeyShape, issueKey } from "./create.ts";
import { keyForAudit, keyGiven, keySubject, keyToJson, noKey, stateOf } from "./key-json.ts";
import type { ApiKey } from "./key-records.ts";
import { momentOf, reasonsAgainstTerms } from "./terms.ts";

const daySeconds = 86_400;
const usualOverlapSeconds = 3 * daySeconds;
export const maxOverlapSeconds = 30 * daySeconds;

export const keyRotate = defineVerb({
  name: "key.rotate",
  summary: "Replace a key by a new one; the old one works for an overlap and then ends",
  role: "operator",
  method: "POST",
  path: "/admin/keys/{key}/rotate",
  input: z.object({
    key: keyGiven,
    overlap_seconds: z
      .int()
      .min(0)
      .default(usualOverlapSeconds)
      .meta({ description: "How long the old key goes on to work: 72 hours without it, 30 days at most." }),
    expires_at: z.iso.datetime().optional().meta({ description: "The new key's end; without it the new key lasts as long as the old one was to last." }),
  }),
  output: issuedKeyShape,
  shownOnce: "key",
  run: (plane, { key: kid, overlap_seconds, expires_at }, asking) =>
    plane.change(asking, async (changing) => {
      const { records, audit } = changing;
      const { now } = asking;
      const found = await records.keys.find(kid);
      // The partner first, as everywhere: it is not removed meanwhile, and nobody waits in a circle.
      const partner = found && (await records.partners.lock(found.partner));
      const old = await records.keys.lock(kid);
      if (!old || !partner) return { kind: "absent", what: noKey(kid) };
      const refused = refusalToRotate(old, now);
      if (refused) return refused;
      const reasons = [
        ...reasonsAgainstTerms(plane, { expires_at }, now),
        ...(overlap_seconds > maxOverlapSeconds ? ["An overlap lasts at most 30 days."] : []),
      ];
      if (reasons.length > 0) return { kind: "refused", reasons };

      const { environment, scopes, apiVersion, label, allowFrom } = old;
      const lifetime = old.expiresAt === undefined ? undefined : old.expiresAt - old.createdAt;
      const issued = await issueKey(plane, changing, {
        ...{ partner, environment, scopes, apiVersion, label, allowFrom, createdAt: now, replaces: old },
        expiresAt: momentOf(expires_at) ?? (lifetime === undefined ? undefined : now + lifetime),
      });
      const ended = { ...old, expiresAt: Math.min(old.expiresAt ?? Number.POSITIVE_INFINITY, now + overlap_seconds * 1_000) };
      await records.keys.update(old.kid, ended);
      await audit({ verb: "key.rotate", subject: keySubject(old.kid), before: keyForAudit(old), after: keyForAudit(ended) });
      await audit({ verb: "key.rotate", subject: keySubject(issued.key.kid), before: null, after: keyForAudit(issued.key) });
      return { kind: "done", value: { ...keyToJson(issued.key, now), key: issued.token } };
    }),
});

function refusalToRotate(key: ApiKey, now: number): Outcome<never> | undefined {
  const state = stateOf(key, now);
  if (key.replacedBy !== undefined)
    return { kind: "refused", reasons: [`Key ${key.kid} was rotated already: ${key.replacedBy} took its place. Rotate that one, or issue a new key.`] };
  if (state === "suspended") return { kind: "refused", reasons: [`Key ${key.kid} is suspended; resume it first, or issue a new key.`] };
  if (state !== "active") return { kind: "refused", reasons: [`Key ${key.kid} is ${state}, so nobody could overlap with it; issue a new key.`] };
  return undefined;
}
