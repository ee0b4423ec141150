/** Gives an endpoint a new secret; webhooks are signed by the one of before as well, until the partner has had time to change. */
import { z } from "zod";
import { secretToRotate } from "#contract/webhook-endpoints.ts";
import { defineVerb } from "../verb.ts";
import { endpointForAudit, endpointGiven, endpointShape, endpointSubject, endpointToJson, noEndpoint } from "./endpoint-json.ts";
import { makeSecret } from "./secret.ts";

export const endpointRotateSecret = defineVerb({
  name: "endpoint.rotate-secret",
  summary: "Give a webhook endpoint a new secret, shown once; webhooks carry both signatures for a while",
  role: "operator",
  method: "POST",
  path: "/admin/endpoints/{endpoint}/rotate-secret",
  input: secretToRotate.extend({ endpoint: endpointGiven }),
  output: endpointShape.extend({ secret: z.string().nullable().meta({ description: "Shown only here; null of ed25519." }) }),
  shownOnce: "secret",
  run: (plane, { endpoint: id, overlap_seconds: overlap, signature }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = await records.endpoints.lock(id);
      if (before === undefined) return { kind: "absent", what: noEndpoint(id) };
      const signs = signature ?? before.signs;
      const secret = makeSecret(plane, signs, asking.now);
      const [latest, ...older] = before.secrets.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > asking.now);
      // Two at once are enough to change over; with a third, headers grow and nobody knows which one counts.
      await records.endpoints.endSecrets(
        id,
        older.map((one) => one.id),
        asking.now,
      );
      if (latest !== undefined) await records.endpoints.endSecrets(id, [latest.id], asking.now + overlap * 1_000);
      await records.endpoints.insertSecret(id, secret.stored, secret.sealed);
      if (signs !== before.signs) await records.endpoints.setTerms(id, { ...before, signs });
      const after = (await records.endpoints.find(id)) ?? before;
      await audit({ verb: endpointRotateSecret.name, subject: endpointSubject(id), before: endpointForAudit(before), after: endpointForAudit(after) });
      return { kind: "done", value: { ...endpointToJson(after, asking.now), secret: secret.shown ?? null } };
    }),
});
