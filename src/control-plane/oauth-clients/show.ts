/** Shows one OAuth client, without anything secret, and when a token of it was last used. */
import { z } from "zod";
import { lastUse, lastUseShape } from "../api-keys/show.ts";
import { defineVerb } from "../verb.ts";
import { clientGiven, clientShape, clientToJson, noClient } from "./client-json.ts";

export const clientShow = defineVerb({
  name: "client.show",
  summary: "Show one OAuth client",
  role: "viewer",
  method: "GET",
  path: "/admin/clients/{client}",
  input: z.object({ client: clientGiven }),
  output: clientShape.extend({ last_use: lastUseShape }),
  run: async ({ records }, { client: id }, { now }) => {
    const client = await records.clients.find(id);
    if (client === undefined) return { kind: "absent", what: noClient(id) };
    const uses = await records.keyUses?.lastUses([id]);
    return { kind: "done", value: { ...clientToJson(client, now), last_use: lastUse(uses?.get(id)) } };
  },
});
