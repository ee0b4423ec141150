/** Suspends a client, and its tokens with it, until it is resumed. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeClient } from "./change-client.ts";
import { clientGiven, clientShape } from "./client-json.ts";

export const clientSuspend = defineVerb({
  name: "client.suspend",
  summary: "Suspend an OAuth client and its tokens for now",
  role: "operator",
  method: "POST",
  path: "/admin/clients/{client}/suspend",
  input: z.object({ client: clientGiven }),
  output: clientShape,
  run: (plane, { client }, asking) =>
    changeClient(plane, asking, "client.suspend", client, ({ suspendedAt, revokedAt }) =>
      revokedAt === undefined
        ? { kind: "done", value: { suspendedAt: suspendedAt ?? asking.now } }
        : { kind: "refused", reasons: ["The client is revoked for good."] },
    ),
});
