/** Keys that sign access tokens, as operators see them. */
import { z } from "zod";
import type { SigningKey } from "./signing-key-records.ts";

const signingKeyShape = z.object({
  id: z.string().meta({ description: "`kid` in the header of tokens." }),
  state: z
    .enum(["waiting", "signing", "ending"])
    .meta({ description: "`waiting`: published, does not sign yet. `ending`: signs no more; what it signed counts until it has expired." }),
  created_at: z.iso.datetime(),
  signs_from: z.iso.datetime(),
  signs_until: z.iso.datetime().nullable(),
});

export const signingKeysShape = z.object({ items: z.array(signingKeyShape).meta({ description: "Newest first." }) });

export function signingKeysToJson(keys: readonly SigningKey[]): z.output<typeof signingKeysShape> {
  return {
    items: keys.map(({ kid, state, createdAt, signsFrom, signsUntil }) => ({
      id: kid,
      state,
      created_at: new Date(createdAt).toISOString(),
      signs_from: new Date(signsFrom).toISOString(),
      signs_until: signsUntil === undefined ? null : new Date(signsUntil).toISOString(),
    })),
  };
}
