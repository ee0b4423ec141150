/** Lists what happened: all of it, of a partner, or of one thing, such as the events of an order. */

import { z } from "zod";
import { pageFrom, pageOf, pageSize } from "../page.ts";
import { noPartner, partnerGiven } from "../partners/partner-json.ts";
import { defineVerb } from "../verb.ts";
import { eventShape, eventToJson } from "./event-json.ts";

const filter = z.string().min(1).max(200).optional();

export const eventList = defineVerb({
  name: "event.list",
  summary: "List events, newest first: of a partner, of a type, or of one thing, such as an order",
  role: "viewer",
  method: "GET",
  path: "/admin/events",
  input: z.object({
    partner: partnerGiven.optional(),
    environment: z.enum(["live", "test"]).optional(),
    type: filter.meta({ examples: ["order.shipped"] }),
    resource: filter.meta({ examples: ["orders"] }),
    resource_id: filter.meta({ description: "Id of the thing, as partners know it.", examples: ["0000100204"] }),
    since: z.iso.datetime().optional().meta({ description: "Only those recorded from this time on." }),
    after: z
      .string()
      .regex(/^evt_[0-9A-Za-z]{22}$/, "Takes `next` of the page before.")
      .optional()
      .meta({ description: "`next` of the page before." }),
    limit: pageSize,
  }),
  output: pageOf(eventShape),
  run: async ({ records }, { partner: named, environment, type, resource, resource_id: resourceId, since, after, limit }) => {
    const partner = named === undefined ? undefined : await records.partners.find(named);
    if (named !== undefined && !partner) return { kind: "absent", what: noPartner(named) };
    const filter = { partner: partner?.id, environment, type, resource, resourceId, since: since === undefined ? undefined : Date.parse(since) };
    const rows = await records.events.list(filter, after, limit + 1);
    return { kind: "done", value: pageFrom(rows, limit, eventToJson, ({ id }) => id) };
  },
});
