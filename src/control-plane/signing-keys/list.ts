/** Lists the keys that sign access tokens, or whose tokens still count. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { signingKeysShape, signingKeysToJson } from "./signing-key-json.ts";

export const signingKeyList = defineVerb({
  name: "signing-key.list",
  summary: "List the keys that sign access tokens",
  role: "viewer",
  method: "GET",
  path: "/admin/signing-keys",
  input: z.object({}),
  output: signingKeysShape,
  run: async ({ records }) => ({ kind: "done", value: signingKeysToJson(await records.signingKeys.list()) }),
});
