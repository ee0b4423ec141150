/** Renames a partner, or changes the note on it. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changePartner } from "./change-partner.ts";
import { reasonsAgainstName, reasonsAgainstNote } from "./create.ts";
import { partnerGiven, partnerShape } from "./partner-json.ts";

export const partnerChange = defineVerb({
  name: "partner.change",
  summary: "Rename a partner, or change the note on it",
  role: "operator",
  method: "PATCH",
  path: "/admin/partners/{partner}",
  input: z.object({ partner: partnerGiven, name: z.string().optional(), note: z.string().nullable().optional() }),
  output: partnerShape,
  run: (plane, { partner, name, note }, asking) =>
    changePartner(plane, asking, "partner.change", partner, (before) => {
      const wanted = name?.trim() ?? before.name;
      const reasons = [...(name === undefined ? [] : reasonsAgainstName(wanted)), ...reasonsAgainstNote(note ?? undefined)];
      if (reasons.length > 0) return { kind: "refused", reasons };
      return { kind: "done", value: { name: wanted, note: note === undefined ? before.note : (note ?? undefined) } };
    }),
});
