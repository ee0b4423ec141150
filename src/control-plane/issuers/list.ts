/** Lists the issuers that are trusted. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { issuerShape, issuerToJson } from "./issuer-json.ts";

export const issuerList = defineVerb({
  name: "issuer.list",
  summary: "List the issuers whose access tokens are taken",
  role: "viewer",
  method: "GET",
  path: "/admin/issuers",
  input: z.object({}),
  output: z.object({ items: z.array(issuerShape) }),
  run: async ({ records }) => ({ kind: "done", value: { items: (await records.issuers.list()).map(issuerToJson) } }),
});
