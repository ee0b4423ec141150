/** Lets a suspended client in again. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeClient } from "./change-client.ts";
import { clientGiven, clientShape } from "./client-json.ts";

export const clientResume = defineVerb({
  name: "client.resume",
  summary: "Let a suspended OAuth client in again",
  role: "operator",
  method: "POST",
  path: "/admin/clients/{client}/resume",
  input: z.object({ client: clientGiven }),
  output: clientShape,
  run: (plane, { client }, asking) =>
    changeClient(plane, asking, "client.resume", client, ({ revokedAt }) =>
      revokedAt === undefined ? { kind: "done", value: { suspendedAt: undefined } } : { kind: "refused", reasons: ["The client is revoked for good."] },
    ),
});
