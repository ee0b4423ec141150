/** Revokes an operator's token now and for good. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { operatorShape, operatorSubject, operatorToJson } from "./operator-json.ts";

export const operatorRevoke = defineVerb({
  name: "operator.revoke",
  summary: "Revoke an operator's token now and for good",
  role: "admin",
  method: "POST",
  path: "/admin/operators/{operator}/revoke",
  input: z.object({
    operator: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: "The operator's id, or the name of one that is not revoked.", examples: ["alex"] }),
  }),
  output: operatorShape,
  // Doing it again changes nothing and keeps the first time.
  run: (plane, { operator }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const found = await records.operators.find(operator);
      if (!found) return { kind: "absent", what: `There is no operator "${operator}".` };
      if (found.revokedAt !== undefined) return { kind: "done", value: operatorToJson(found, asking.now) };
      const after = operatorToJson((await records.operators.revoke(found.id, asking.now)) ?? found, asking.now);
      await audit({ verb: operatorRevoke.name, subject: operatorSubject(found), before: operatorToJson(found, asking.now), after });
      return { kind: "done", value: after };
    }),
});
