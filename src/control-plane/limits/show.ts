/** `limit.show`: one plan of limits. */
import { defineVerb } from "../verb.ts";
import { noPlan, planInput, planOut, planOutput } from "./plan-form.ts";

export const limitShow = defineVerb({
  name: "limit.show",
  summary: "Show a plan of limits",
  role: "viewer",
  method: "GET",
  path: "/admin/plans/{plan}",
  input: planInput,
  output: planOutput,
  async run(plane, { plan: name }) {
    const plan = await plane.records.plans.find(name);
    return plan === undefined ? { kind: "absent", what: noPlan(name) } : { kind: "done", value: planOut(plan) };
  },
});
