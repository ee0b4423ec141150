/** `limit.remove`: removes a plan that no partner has. */
import { defineVerb } from "../verb.ts";
import { noPlan, planInput, planOut, planOutput } from "./plan-form.ts";
import { defaultPlan } from "./plan-records.ts";

export const limitRemove = defineVerb({
  name: "limit.remove",
  summary: "Remove a plan of limits that no partner has",
  role: "operator",
  method: "DELETE",
  path: "/admin/plans/{plan}",
  input: planInput,
  output: planOutput,
  async run(plane, { plan: name }, asking) {
    if (name === defaultPlan) return { kind: "refused", reasons: [`"${name}" is the plan of partners that were given no other; it can be changed only.`] };
    return plane.change(asking, async ({ records, audit }) => {
      const before = await records.plans.find(name);
      if (before === undefined) return { kind: "absent", what: noPlan(name) };
      if ((await records.plans.remove(name)) === "in-use") return { kind: "refused", reasons: [`Partners have the plan "${name}"; give them another first.`] };
      const value = planOut(before);
      await audit({ verb: "limit.remove", subject: `plan ${name}`, before: value, after: null });
      return { kind: "done", value };
    });
  },
});
