/** `limit.assign`: gives a partner a plan, in one environment. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { noPlan, planInput } from "./plan-form.ts";
import { defaultPlan } from "./plan-records.ts";

const environment = z.enum(["live", "test"]);

export const limitAssign = defineVerb({
  name: "limit.assign",
  summary: "Give a partner a plan of limits in one environment",
  role: "operator",
  method: "POST",
  path: "/admin/partners/{partner}/plan",
  input: planInput.extend({ partner: z.string().meta({ description: "Id or name." }), environment }),
  output: z.object({ partner: z.string(), environment, plan: z.string() }),
  async run(plane, { partner: idOrName, environment: where, plan }, asking) {
    return plane.change(asking, async ({ records, audit }) => {
      const partner = await records.partners.find(idOrName);
      if (partner === undefined) return { kind: "absent", what: `There is no partner "${idOrName}".` };
      if ((await records.plans.find(plan)) === undefined) return { kind: "absent", what: noPlan(plan) };
      const before = (await records.plans.assigned(partner.id, where)) ?? defaultPlan;
      await records.plans.assign(partner.id, where, plan === defaultPlan ? undefined : plan);
      const value = { partner: partner.id, environment: where, plan };
      if (plan !== before) await audit({ verb: "limit.assign", subject: `partner ${partner.id}`, before: { ...value, plan: before }, after: value });
      return { kind: "done", value };
    });
  },
});
