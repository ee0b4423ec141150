/** Shows one partner. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { noPartner, partnerGiven, partnerShape, partnerToJson } from "./partner-json.ts";

export const partnerShow = defineVerb({
  name: "partner.show",
  summary: "Show a partner",
  role: "viewer",
  method: "GET",
  path: "/admin/partners/{partner}",
  input: z.object({ partner: partnerGiven }),
  output: partnerShape,
  run: async ({ records }, { partner }) => {
    const found = await records.partners.find(partner);
    return found ? { kind: "done", value: partnerToJson(found) } : { kind: "absent", what: noPartner(partner) };
  },
});
