/** `limit.override`: what a single key may take, besides what its partner's plan allows. */
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { keyLimitsOutput, rateInputs, ratesIn, ratesOut } from "./plan-form.ts";

export const limitOverride = defineVerb({
  name: "limit.override",
  summary: "Set what a single key may take, besides what its partner's plan allows",
  role: "operator",
  method: "PATCH",
  path: "/admin/keys/{key}/limits",
  input: z.object({ key: z.string().meta({ description: "The public part of the key." }), ...rateInputs }),
  output: keyLimitsOutput,
  run(plane, { key, ...sent }, asking) {
    return plane.change(asking, async ({ records, audit }) => {
      const before = await records.plans.ofKey(key);
      if (before === undefined) return { kind: "absent", what: `There is no key "${key}".` };
      const { rates, reasons } = ratesIn(before, sent);
      if (reasons.length > 0) return { kind: "refused", reasons };
      await records.plans.setOfKey(key, rates);
      const value = { key, ...ratesOut(rates) };
      const was = { key, ...ratesOut(before) };
      if (!isDeepStrictEqual(was, value)) await audit({ verb: "limit.override", subject: `key ${key}`, before: was, after: value });
      return { kind: "done", value };
    });
  },
});
