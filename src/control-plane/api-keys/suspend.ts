/** Suspends an API key until it is resumed. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeKey } from "./change-key.ts";
import { keyGiven, keyShape } from "./key-json.ts";

export const keySuspend = defineVerb({
  name: "key.suspend",
  summary: "Do not accept an API key until it is resumed",
  role: "operator",
  method: "POST",
  path: "/admin/keys/{key}/suspend",
  input: z.object({ key: keyGiven }),
  output: keyShape,
  /** Doing it again changes nothing and keeps the first time. */
  run: (plane, { key: kid }, asking) =>
    changeKey(plane, asking, "key.suspend", kid, ({ revokedAt, suspendedAt }) =>
      revokedAt === undefined
        ? { kind: "done", value: { suspendedAt: suspendedAt ?? asking.now } }
        : { kind: "refused", reasons: [`Key ${kid} is revoked, which is more than suspended.`] },
    ),
});
