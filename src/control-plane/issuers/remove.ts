/** Takes no more tokens of an issuer. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { issuerShape, issuerSubject, issuerToJson } from "./issuer-json.ts";

export const issuerRemove = defineVerb({
  name: "issuer.remove",
  summary: "Take no more access tokens of an issuer",
  role: "admin",
  method: "DELETE",
  path: "/admin/issuers/{issuer}",
  input: z.object({ issuer: z.string().min(1).max(100).meta({ description: "The id of the trusted issuer." }) }),
  output: issuerShape,
  run: (plane, { issuer: id }, asking) =>
    plane.change(asking, async ({ records, audit }) => {
      const before = (await records.issuers.list()).find((issuer) => issuer.id === id);
      const removed = before === undefined ? "absent" : await records.issuers.remove(id);
      if (before === undefined || removed === "absent") return { kind: "absent", what: `There is no trusted issuer "${id}".` };
      if (removed === "in-use") return { kind: "refused", reasons: ["Clients are registered as its own; revoke those first."] };
      await audit({ verb: issuerRemove.name, subject: issuerSubject(id), before: issuerToJson(before), after: null });
      return { kind: "done", value: issuerToJson(before) };
    }),
});
