/** Lists the API keys there are, without anything secret. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { keyShape, keyToJson } from "./key-json.ts";

export const keyList = defineVerb({
  name: "key.list",
  summary: "List the API keys, newest first",
  role: "viewer",
  method: "GET",
  path: "/admin/keys",
  input: z.object({ partner: partnerGiven.optional(), after: afterGiven, limit: pageSize }),
  output: pageOf(keyShape),
  run: async ({ records }, { partner, after, limit }, { now }) => {
    const owner = partner === undefined ? undefined : await records.partners.find(partner);
    if (partner !== undefined && owner === undefined) return { kind: "refused", reasons: [noPartner(partner)] };
    const rows = await records.keys.list(owner?.id, after, limit + 1);
    return {
      kind: "done",
      value: pageFrom(
        rows,
        limit,
        (key) => keyToJson(key, now),
        ({ kid }) => kid,
      ),
    };
  },
});
