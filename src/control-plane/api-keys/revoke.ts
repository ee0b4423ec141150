/** Revokes an API key now and for good. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { changeKey } from "./change-key.ts";
import { keyGiven, keyShape } from "./key-json.ts";

export const keyRevoke = defineVerb({
  name: "key.revoke",
  summary: "Revoke an API key now and for good",
  role: "operator",
  method: "POST",
  path: "/admin/keys/{key}/revoke",
  input: z.object({ key: keyGiven }),
  output: keyShape,
  /** Doing it again changes nothing and keeps the first time. */
  run: (plane, { key }, asking) =>
    changeKey(plane, asking, "key.revoke", key, ({ revokedAt }) => ({ kind: "done", value: { revokedAt: revokedAt ?? asking.now } })),
});
