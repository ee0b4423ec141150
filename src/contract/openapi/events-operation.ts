/** The operations that read the event log, in documents. */

import { eventsLimit, longestWaitSeconds } from "../events-query.ts";
import type { EventsOperation } from "../own-operations.ts";
import { costInWords } from "./cost.ts";
import { type DocumentedEvents, exampleOf } from "./documented-events.ts";
import { days, headers } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export const eventsTag = { name: "events", description: "What happened to your things, in the order in which it was recorded." } as const;

export function eventsOperation(operation: EventsOperation, events: DocumentedEvents): JsonSchema {
  const list = operation.id === "listEvents";
  const example = exampleOf([...events.bodies.kinds.values()][0], events);
  return {
    operationId: operation.id,
    tags: [eventsTag.name],
    summary: operation.summary,
    description: [
      list ? listDescription(events.eventDays) : "One event, as the list shows it. The body of a webhook is the same.",
      "Needs the scope `events:read`, and shows only events of resources that the key may read, without the fields it may not see. [Events](/docs/guides/events) says how to read along.",
      ...costInWords(operation.cost),
    ].join("\n\n"),
    "x-scope": operation.scope,
    "x-cost": operation.cost,
    parameters: [...(list ? listParameters(events) : [idParameter(example)]), { $ref: "#/components/parameters/ApiVersion" }],
    responses: {
      "200": {
        description: list ? "Events in the order of their numbers." : "The event.",
        headers: headers(),
        content: {
          "application/json": {
            schema: { $ref: `#/components/schemas/${list ? "EventPage" : "Event"}` },
            ...(example !== undefined && { example: list ? { data: [example], next_after: 1, passed_over: 0, latest_seq: 1 } : example }),
          },
        },
      },
      ...errorResponses(list ? "events" : "event"),
    },
  };
}

function listDescription(eventDays: number): string {
  return (
    "Your events after a number, in their order. Numbers (`seq`) count your events in this environment from 1 without a gap, so that you can see that none is missing. " +
    "Go on with `after` = `next_after`. " +
    "Filters and scopes pass over events: `passed_over` says how many, and `next_after` up to which number all was looked at, also where `data` is empty. " +
    `With \`wait\` the answer comes as soon as there is something. Events are kept for ${days(eventDays)}.`
  );
}

function listParameters({ bodies }: DocumentedEvents): readonly JsonSchema[] {
  const resources = [...new Set([...bodies.kinds.values()].map(({ shape }) => shape.name))];
  return [
    {
      name: "after",
      in: "query",
      description:
        "Only those with a greater number. Without it: from the oldest that is kept. One that is beyond the last, or so old that what follows is no longer kept, is refused.",
      schema: { type: "integer", minimum: 0 },
    },
    {
      name: "limit",
      in: "query",
      description: "How many to answer with.",
      schema: { type: "integer", minimum: 1, maximum: eventsLimit.max, default: eventsLimit.default },
    },
    {
      name: "type",
      in: "query",
      description: "Only those of these types.",
      style: "form",
      explode: false,
      schema: { type: "array", items: { type: "string", enum: [...bodies.kinds.keys()] }, minItems: 1 },
    },
    { name: "resource", in: "query", description: "Only those of this resource.", schema: { type: "string", enum: resources } },
    { name: "resource_id", in: "query", description: "Only those of the thing with this id; needs `resource`.", schema: { type: "string" } },
    {
      name: "wait",
      in: "query",
      description: "How many seconds to wait for the first event, where there is none yet.",
      schema: { type: "integer", minimum: 0, maximum: longestWaitSeconds, default: 0 },
    },
  ];
}

function idParameter(example: JsonSchema | undefined): JsonSchema {
  return {
    name: "id",
    in: "path",
    required: true,
    description: "The `id` of the event; of a webhook, its `webhook-id`.",
    schema: { type: "string" },
    ...(example !== undefined && { example: example["id"] }),
  };
}
