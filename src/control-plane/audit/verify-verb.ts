/** Checks the chain of audit records. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { type Anchor, verifyChain } from "./verify.ts";

const form = /^([1-9]\d{0,14}):([0-9a-f]{64})$/;

/** Query parameters are texts. */
const truth = z.preprocess((value) => (value === "true" ? true : value === "false" ? false : value), z.boolean()).default(false);

export const auditVerify = defineVerb({
  name: "audit.verify",
  summary: "Check that no audit record was altered, removed, reordered or inserted",
  role: "admin",
  method: "GET",
  path: "/admin/audit/verify",
  input: z.object({
    anchor: z
      .string()
      .regex(form, "Takes a number and a hash, as an earlier check printed them: 120:5f3c... with 64 hexadecimal digits.")
      .optional()
      .meta({ description: "The end of the chain as it was noted earlier, outside of the database." }),
    since_anchor: truth.meta({ description: "Look only at what came after the anchor." }),
  }),
  output: z.object({
    state: z.enum(["intact", "broken"]),
    records: z.int().meta({ description: "Records that hold, up to the first that does not." }),
    end: z.string().nullable().meta({ description: "The newest record that holds, to be noted as an anchor." }),
    broken: z
      .object({ seq: z.int(), how: z.enum(["altered", "removed", "reordered", "inserted", "head-altered", "replaced", "unknown-key"]), detail: z.string() })
      .nullable(),
  }),
  run: async ({ records, auditChain }, { anchor, since_anchor: sinceAnchor }) => {
    if (sinceAnchor && anchor === undefined) return { kind: "refused", reasons: ["An anchor is needed to look only at what came after it."] };
    const { records: count, end, broken } = await verifyChain(records.audit, auditChain, { anchor: anchorOf(anchor), sinceAnchor });
    const value = {
      state: broken ? ("broken" as const) : ("intact" as const),
      records: count,
      end: end ? `${end.seq}:${end.hash}` : null,
      broken: broken ?? null,
    };
    return { kind: "done", value };
  },
});

function anchorOf(text: string | undefined): Anchor | undefined {
  const [, seq, hash] = form.exec(text ?? "") ?? [];
  return seq === undefined || hash === undefined ? undefined : { seq: Number(seq), hash };
}
