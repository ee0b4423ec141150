/** Revokes a client now and for good, and its tokens with it. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeClient } from "./change-client.ts";
import { clientGiven, clientShape } from "./client-json.ts";

export const clientRevoke = defineVerb({
  name: "client.revoke",
  summary: "Revoke an OAuth client and its tokens now and for good",
  role: "operator",
  method: "POST",
  path: "/admin/clients/{client}/revoke",
  input: z.object({ client: clientGiven }),
  output: clientShape,
  /** Doing it again changes nothing and keeps the first time. */
  run: (plane, { client }, asking) =>
    changeClient(plane, asking, "client.revoke", client, ({ revokedAt }) => ({ kind: "done", value: { revokedAt: revokedAt ?? asking.now } })),
});
