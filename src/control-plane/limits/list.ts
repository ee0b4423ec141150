/** `limit.list`: the plans of limits there are. */
import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { planOut, planOutput } from "./plan-form.ts";

export const listPlans = defineVerb({
  name: "limit.list",
  summary: "List the plans of limits",
  role: "viewer",
  method: "GET",
  path: "/admin/plans",
  input: z.object({}),
  output: z.object({ data: z.array(planOutput) }),
  async run(plane) {
    return { kind: "done", value: { data: (await plane.records.plans.list()).map(planOut) } };
  },
});
