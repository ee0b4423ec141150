/** `limit.show`: one plan of limits. */
import { defineVerb } from "../verb.ts";
import { planInput, planOut, planOutput } from "./plan-form.ts";

export const showPlan = defineVerb({
  name: "limit.show",
  summary: "Show a plan of limits",
  role: "viewer",
  method: "GET",
  path: "/admin/plans/{plan}",
  input: planInput,
  output: planOutput,
  async run(plane, { plan: name }) {
    const plan = await plane.records.plans.find(name);
    return plan === undefined ? { kind: "absent", what: `plan "${name}"` } : { kind: "done", value: planOut(plan) };
  },
});
