/** Suspends a partner: none of its credentials is accepted until it is resumed. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changePartner } from "./change-partner.ts";
import { partnerGiven, partnerShape } from "./partner-json.ts";

export const partnerSuspend = defineVerb({
  name: "partner.suspend",
  summary: "Accept none of a partner's credentials until it is resumed",
  role: "operator",
  method: "POST",
  path: "/admin/partners/{partner}/suspend",
  input: z.object({ partner: partnerGiven }),
  output: partnerShape,
  /** Doing it again changes nothing and keeps the first time. */
  run: (plane, { partner }, asking) =>
    changePartner(plane, asking, "partner.suspend", partner, ({ suspendedAt }) => ({ kind: "done", value: { suspendedAt: suspendedAt ?? asking.now } })),
});
