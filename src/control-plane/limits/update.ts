/** `limit.update`: changes a plan, for all partners that have it. */
import { isDeepStrictEqual } from "node:util";
import { defineVerb } from "../verb.ts";
import { limitInputs, noPlan, planIn, planInput, planOut, planOutput } from "./plan-form.ts";

export const limitUpdate = defineVerb({
  name: "limit.update",
  summary: "Change a plan of limits, for all partners that have it",
  role: "operator",
  method: "PATCH",
  path: "/admin/plans/{plan}",
  input: planInput.extend(limitInputs),
  output: planOutput,
  run(plane, { plan: name, ...limits }, asking) {
    return plane.change(asking, async ({ records, audit }) => {
      const before = await records.plans.find(name);
      if (before === undefined) return { kind: "absent", what: noPlan(name) };
      const { plan, reasons } = planIn(before, limits);
      if (reasons.length > 0) return { kind: "refused", reasons };
      await records.plans.update(plan);
      const value = planOut({ ...plan, assignments: before.assignments });
      const was = planOut(before);
      // What is as it was asked to be is no change.
      if (!isDeepStrictEqual(was, value)) await audit({ verb: "limit.update", subject: `plan ${name}`, before: was, after: value });
      return { kind: "done", value };
    });
  },
});
