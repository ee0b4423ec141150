/** `limit.list`: the plans of limits there are. */
import { z } from "zod";
import { afterGiven, pageFrom, pageOf, pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { planOut, planOutput } from "./plan-form.ts";

export const limitList = defineVerb({
  name: "limit.list",
  summary: "List the plans of limits",
  role: "viewer",
  method: "GET",
  path: "/admin/plans",
  input: z.object({ limit: pageSize, after: afterGiven }),
  output: pageOf(planOutput),
  async run(plane, { limit, after }) {
    const plans = await plane.records.plans.list(after, limit + 1);
    return { kind: "done", value: pageFrom(plans, limit, planOut, ({ name }) => name) };
  },
});
