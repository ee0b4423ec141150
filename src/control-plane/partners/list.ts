/** Lists the partners with their accounts. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { partnerShape, partnerToJson } from "./partner-json.ts";

export const partnerList = defineVerb({
  name: "partner.list",
  summary: "List the partners, by name",
  role: "viewer",
  method: "GET",
  path: "/admin/partners",
  input: z.object({ after: afterGiven, limit: pageSize }),
  output: pageOf(partnerShape),
  run: async ({ records }, { after, limit }) => {
    const rows = await records.partners.list(after, limit + 1);
    return { kind: "done", value: pageFrom(rows, limit, partnerToJson, ({ name }) => name) };
  },
});
