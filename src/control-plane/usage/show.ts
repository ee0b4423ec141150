/** Shows what partners asked for, by key and route. */
import { z } from "zod";
import { pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { filterOf, partnerShown, usageGiven } from "./usage-given.ts";

const line = z.object({
  partner: partnerShown,
  environment: z.enum(["live", "test"]),
  key: z.string(),
  operation: z.string(),
  method: z.string(),
  route: z.string(),
  requests: z.int(),
  cost: z.int().meta({ description: "In units of the partner's limits." }),
  refused: z.int().meta({ description: "Answered with 4xx." }),
  failed: z.int().meta({ description: "Answered with 5xx." }),
});

export const usageShow = defineVerb({
  name: "usage.show",
  summary: "Show how much partners asked for, by key and route",
  role: "viewer",
  method: "GET",
  path: "/admin/usage",
  input: usageGiven.extend({ limit: pageSize }),
  output: z.object({ from: z.iso.date(), to: z.iso.date(), items: z.array(line).meta({ description: "Busiest first." }) }),
  run: async (plane, { limit, ...given }, { now }) => {
    const filter = await filterOf(plane, given, now);
    if (filter.kind !== "done") return filter;
    const { from, to } = filter.value;
    const lines = await plane.records.usage.show(filter.value, limit);
    return {
      kind: "done",
      value: { from, to, items: lines.map(({ partner, partnerName, ...rest }) => ({ partner: { id: partner, name: partnerName }, ...rest })) },
    };
  },
});
