/** Shows one OAuth client, without anything secret. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { clientGiven, clientShape, clientToJson, noClient } from "./client-json.ts";

export const clientShow = defineVerb({
  name: "client.show",
  summary: "Show one OAuth client",
  role: "viewer",
  method: "GET",
  path: "/admin/clients/{client}",
  input: z.object({ client: clientGiven }),
  output: clientShape,
  run: async ({ records }, { client: id }, { now }) => {
    const client = await records.clients.find(id);
    return client === undefined ? { kind: "absent", what: noClient(id) } : { kind: "done", value: clientToJson(client, now) };
  },
});
