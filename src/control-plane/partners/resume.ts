/** Ends the suspension of a partner. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changePartner } from "./change-partner.ts";
import { partnerGiven, partnerShape } from "./partner-json.ts";

export const partnerResume = defineVerb({
  name: "partner.resume",
  summary: "End the suspension of a partner",
  role: "operator",
  method: "POST",
  path: "/admin/partners/{partner}/resume",
  input: z.object({ partner: partnerGiven }),
  output: partnerShape,
  run: (plane, { partner }, asking) => changePartner(plane, asking, "partner.resume", partner, () => ({ kind: "done", value: { suspendedAt: undefined } })),
});
