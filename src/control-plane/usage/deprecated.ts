/** Shows who still asks for what is deprecated: contract versions that are not the newest. */
import { z } from "zod";
import { pageSize } from "../page.ts";
import { defineVerb } from "../verb.ts";
import { filterOf, partnerShown, usageGiven } from "./usage-given.ts";

const line = z.object({
  partner: partnerShown,
  environment: z.enum(["live", "test"]),
  key: z.string(),
  version: z.iso.date().meta({ description: "That was served." }),
  operation: z.string(),
  method: z.string(),
  route: z.string(),
  requests: z.int(),
  last_day: z.iso.date().meta({ description: "When it was last asked for, in UTC." }),
});

export const usageDeprecated = defineVerb({
  name: "usage.deprecated",
  summary: "Show who still asks in contract versions that are not the newest",
  role: "viewer",
  method: "GET",
  path: "/admin/usage/deprecated",
  input: usageGiven.extend({ limit: pageSize }),
  output: z.object({
    from: z.iso.date(),
    to: z.iso.date(),
    newest: z.iso.date().meta({ description: "The newest contract version." }),
    items: z.array(line).meta({ description: "Busiest first." }),
  }),
  run: async (plane, { limit, ...given }, { now }) => {
    const filter = await filterOf(plane, given, now);
    if (filter.kind !== "done") return filter;
    const { from, to } = filter.value;
    const [newest] = plane.versions;
    const lines = await plane.records.usage.deprecated(filter.value, newest, limit);
    return {
      kind: "done",
      value: {
        from,
        to,
        newest,
        items: lines.map(({ lastDay, partner, partnerName, ...rest }) => ({ partner: { id: partner, name: partnerName }, ...rest, last_day: lastDay })),
      },
    };
  },
});
