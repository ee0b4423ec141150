/** `limit.create`: a plan of limits that partners can be given. */
import { defineVerb } from "../verb.ts";
import { limitInputs, planIn, planInput, planOut, planOutput } from "./plan-form.ts";

export const limitCreate = defineVerb({
  name: "limit.create",
  summary: "Make a plan of limits that partners can be given",
  role: "operator",
  method: "POST",
  path: "/admin/plans",
  input: planInput.extend(limitInputs),
  output: planOutput,
  async run(plane, { plan: name, ...limits }, asking) {
    const empty = { name, burst: undefined, sustained: undefined, dailyQuota: undefined, monthlyQuota: undefined, inflight: undefined };
    const { plan, reasons } = planIn(empty, limits);
    if (reasons.length > 0) return { kind: "refused", reasons };
    return plane.change(asking, async ({ records, audit }) => {
      if ((await records.plans.insert(plan)) === "name-taken") return { kind: "refused", reasons: [`There is a plan "${name}" already.`] };
      const value = planOut({ ...plan, assignments: 0 });
      await audit({ verb: "limit.create", subject: `plan ${name}`, before: null, after: value });
      return { kind: "done", value };
    });
  },
});
