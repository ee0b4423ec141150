/** Ends the suspension of an API key. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeKey } from "./change-key.ts";
import { keyGiven, keyShape } from "./key-json.ts";

export const keyResume = defineVerb({
  name: "key.resume",
  summary: "End the suspension of an API key",
  role: "operator",
  method: "POST",
  path: "/admin/keys/{key}/resume",
  input: z.object({ key: keyGiven }),
  output: keyShape,
  run: (plane, { key: kid }, asking) =>
    changeKey(plane, asking, "key.resume", kid, ({ revokedAt }) =>
      revokedAt === undefined
        ? { kind: "done", value: { suspendedAt: undefined } }
        : { kind: "refused", reasons: [`Key ${kid} is revoked, and revoking is final; issue a new one.`] },
    ),
});
