/** Puts a new signing key in the place of the present one: published first, so that nobody meets a token of a key they do not know. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { newSigningKey } from "./new-signing-key.ts";
import { signingKeysShape, signingKeysToJson } from "./signing-key-json.ts";

export const signingKeyRotate = defineVerb({
  name: "signing-key.rotate",
  summary: "Make a new key to sign access tokens; it takes over in ten minutes",
  role: "admin",
  method: "POST",
  path: "/admin/signing-keys/rotate",
  input: z.object({
    compromised: z
      .boolean()
      .default(false)
      .meta({ description: "The present keys are withdrawn now: tokens they signed are refused within seconds, and clients ask for new ones." }),
  }),
  output: signingKeysShape,
  run: async (plane, { compromised }, asking) => {
    const key = await newSigningKey(plane.envelopes);
    return plane.change(asking, async ({ records, audit }) => {
      const before = await records.signingKeys.list();
      if ((await records.signingKeys.add({ ...key, withdrawOthers: compromised })) === "there-already")
        return { kind: "refused", reasons: ["A new key waits already; it takes over within ten minutes."] };
      const after = signingKeysToJson(await records.signingKeys.list());
      await audit({ verb: signingKeyRotate.name, subject: `signing-key ${key.kid}`, before: signingKeysToJson(before), after });
      return { kind: "done", value: after };
    });
  },
});
