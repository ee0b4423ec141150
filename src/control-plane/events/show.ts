/** Shows one event: what it tells, whom it concerns, and what became of it at each of their endpoints. */

import { z } from "zod";
import { defineVerb } from "../verb.ts";
import { eventShape, eventToJson } from "./event-json.ts";
import type { EventConcern, EventDelivery } from "./event-records.ts";

const deliveryShape = z.object({
  endpoint: z.string(),
  url: z.string(),
  state: z.string().meta({ description: "`pending`, `held`, `delivered`, `dead` or `skipped`." }),
  attempts: z.int(),
  last_attempt_at: z.iso.datetime().nullable(),
  last_outcome: z.string().nullable(),
  last_status: z.int().nullable().meta({ description: "HTTP status of the last answer; null without one." }),
  next_at: z.iso.datetime().nullable().meta({ description: "When it is tried next; null where it has ended." }),
});

const concernShape = z.object({
  partner: z.object({ id: z.string(), name: z.string().nullable().meta({ description: "Null where there is no such partner any more." }) }),
  seq: z.int().meta({ description: "The event's number among the partner's." }),
  deliveries: z.array(deliveryShape).meta({ description: "One for each endpoint that was to have it." }),
});

export const eventShow = defineVerb({
  name: "event.show",
  summary: "Show an event with the partners it concerns and what became of its deliveries",
  role: "viewer",
  method: "GET",
  path: "/admin/events/{event}",
  input: z.object({ event: z.string().min(1).max(100).meta({ description: "Id of the event: the `webhook-id` of its deliveries." }) }),
  output: eventShape.extend({ data: z.json(), previous: z.json(), partners: z.array(concernShape) }),
  run: async ({ records }, { event: id }) => {
    const found = await records.events.show(id);
    if (found === undefined) return { kind: "absent", what: `There is no event "${id}".` };
    const { data, previous, concerns, ...event } = found;
    return {
      kind: "done",
      value: { ...eventToJson(event), data: z.json().parse(data), previous: z.json().parse(previous), partners: concerns.map(concernToJson) },
    };
  },
});

function concernToJson({ partner, partnerName, seq, deliveries }: EventConcern): z.input<typeof concernShape> {
  return { partner: { id: partner, name: partnerName }, seq, deliveries: deliveries.map(deliveryToJson) };
}

function deliveryToJson({ endpoint, url, state, attempts, last, nextAt }: EventDelivery): z.input<typeof deliveryShape> {
  return {
    ...{ endpoint, url, state, attempts },
    last_attempt_at: last === undefined ? null : new Date(last.at).toISOString(),
    last_outcome: last?.outcome ?? null,
    last_status: last?.status ?? null,
    next_at: nextAt === undefined ? null : new Date(nextAt).toISOString(),
  };
}
