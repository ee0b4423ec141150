/** Gives a client a further secret; the one of before stays valid until the client has had time to change. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { clientForAudit, clientGiven, clientShape, clientSubject, clientToJson, noClient } from "./client-json.ts";
import { newSecret } from "./new-secret.ts";

const usualOverlapSeconds = 72 * 3_600;
const longestOverlapSeconds = 30 * 86_400;

export const clientRotateSecret = defineVerb({
  name: "client.rotate-secret",
  summary: "Give a client a new secret, shown once; the old one ends after a while",
  role: "operator",
  method: "POST",
  path: "/admin/clients/{client}/rotate-secret",
  input: z.object({
    client: clientGiven,
    overlap_seconds: z
      .int()
      .min(0)
      .max(longestOverlapSeconds)
      .default(usualOverlapSeconds)
      .meta({ description: "How long the secret of before stays valid: 72 hours, unless said otherwise; 0 ends it now." }),
  }),
  output: clientShape.extend({ client_secret: z.string().meta({ description: "Shown only here." }) }),
  shownOnce: "client_secret",
  run: (plane, { client: id, overlap_seconds: overlap }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.clients.lock(id);
      if (before === undefined) return { kind: "absent", what: noClient(id) };
      if (before.auth.kind !== "client_secret") return { kind: "refused", reasons: [`The client authenticates by ${before.auth.kind} and has no secret.`] };
      if (before.revokedAt !== undefined) return { kind: "refused", reasons: ["The client is revoked for good."] };
      const { text, stored } = newSecret(plane, asking.now);
      const [latest, ...older] = before.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > asking.now);
      // Two at once are enough to change over; a third would be forgotten somewhere.
      await records.clients.endSecrets(
        id,
        older.map((secret) => secret.id),
        asking.now,
      );
      if (latest !== undefined) await records.clients.endSecrets(id, [latest.id], asking.now + overlap * 1_000);
      await records.clients.insertSecret(id, stored);
      const after = (await records.clients.find(id)) ?? before;
      await audit({ verb: clientRotateSecret.name, subject: clientSubject(id), before: clientForAudit(before), after: clientForAudit(after) });
      return { kind: "done", value: { ...clientToJson(after, asking.now), client_secret: text } };
    }),
});
