/** The event log in documents: the operations that read it, and the schema of each type of event. */

import { type EventBodies, eventBodies } from "../event-bodies.ts";
import type { EventKind } from "../event-kinds.ts";
import { eventsLimit, longestWaitSeconds } from "../events-query.ts";
import { exampleStates } from "../example-states.ts";
import { type EventsOperation, schemaName } from "../operations.ts";
import { ownThings } from "../own-events.ts";
import type { Components } from "./components.ts";
import { costInWords } from "./cost.ts";
import { days, headers } from "./headers.ts";
import { isSchema, type JsonSchema, outputSchema } from "./json-schema.ts";
import { errorResponses } from "./problems.ts";

export const eventsTag = { name: "events", description: "What happened to your things, in the order in which it was recorded." } as const;

export interface DocumentedEvents {
  readonly bodies: EventBodies;
  readonly version: string;
  /** How long events are kept. */
  readonly eventDays: number;
}

/** What documents show of the events of these contracts. */
export function documentedEvents(contracts: Parameters<typeof eventBodies>[0], version: string, eventDays: number): DocumentedEvents {
  return {
    bodies: eventBodies(contracts, (error) => {
      throw error;
    }),
    version,
    eventDays,
  };
}

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

const time = { type: "string", format: "date-time" };

const origins = {
  api: "a request to this API",
  erp: "a change made behind the API",
  scan: "a change behind the API that was found by comparing: states in between are not known",
  replay: "told again on somebody's wish",
  gateway: "the API itself",
} as const;

/** What all events have. `types`: those there are. */
function eventSchema(types: readonly string[]): JsonSchema {
  return {
    type: "object",
    description: "Something that happened to one of your things. Immutable. Webhooks have the same body.",
    properties: {
      id: { type: "string", description: "The same wherever and however often you meet this event: remember it, and take each once." },
      type: { type: "string", "x-extensible-enum": types, description: "What happened. Expect new values." },
      seq: { type: "integer", minimum: 1, description: "Its number among all events of yours in this environment, without a gap." },
      occurred_at: { ...time, description: "When it happened; with the origin `scan`, when it was found." },
      recorded_at: time,
      resource: { type: "string", description: "What it happened to: the resource." },
      resource_id: { type: "string", description: "What it happened to: the id." },
      entity_seq: { type: "integer", minimum: 1, description: "Its number among the events of this thing: a greater one is newer." },
      origin: {
        type: "string",
        "x-extensible-enum": Object.keys(origins),
        description: `What brought it about. ${Object.entries(origins)
          .map(([origin, meaning]) => `\`${origin}\`: ${meaning}.`)
          .join(" ")} Expect new values.`,
      },
      api_version: { type: "string", format: "date", description: "The contract version that `data` and `previous` are in." },
      data: { type: ["object", "null"], additionalProperties: true, description: "The thing as a single read would have shown it then; null: it is gone." },
      previous: {
        type: ["object", "null"],
        additionalProperties: true,
        description: "Of a change: the fields that differ, with their values before. Null where those are not known.",
      },
      problem: {
        type: "string",
        description: "With `source-data-invalid`: the record does not fit what this API promises, so `data` and `previous` are not shown. Absent otherwise.",
      },
    },
    required: ["id", "type", "seq", "occurred_at", "recorded_at", "resource", "resource_id", "entity_seq", "origin", "api_version", "data", "previous"],
  };
}

export function eventComponents({ bodies }: DocumentedEvents): Components {
  const kinds = [...bodies.kinds.values()];
  const own = Object.values(ownThings).map(
    ({ schemaName: name, model, summary, example }) => [name, { ...outputSchema(model), description: summary, examples: [example] }] as const,
  );
  return {
    Event: eventSchema(kinds.map(({ type }) => type)),
    EventPage: {
      type: "object",
      properties: {
        data: { type: "array", items: { $ref: "#/components/schemas/Event" } },
        next_after: { type: "integer", description: "`after` of the next request. Up to this number all was looked at." },
        passed_over: {
          type: "integer",
          description: "How many events after `after` and up to `next_after` are not in `data`, because of a filter or of your key's scopes.",
        },
        latest_seq: { type: "integer", description: "The last number there is." },
      },
      required: ["data", "next_after", "passed_over", "latest_seq"],
    },
    ...Object.fromEntries(own),
    ...Object.fromEntries(kinds.map((kind) => [eventSchemaName(kind.type), oneType(kind)])),
  };
}

/** `order.shipped` is `OrderShippedEvent`. */
function eventSchemaName(type: string): string {
  return `${type
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("")}Event`;
}

function shapeName(kind: EventKind): string {
  if (kind.contract !== undefined) return schemaName(kind.contract);
  return Object.entries(ownThings).find(([name]) => name === kind.shape.name)?.[1].schemaName ?? "Event";
}

function oneType(kind: EventKind): JsonSchema {
  const thing = { $ref: `#/components/schemas/${shapeName(kind)}` };
  const gone = kind.rule?.kind === "deleted";
  return {
    description: kind.summary,
    allOf: [
      { $ref: "#/components/schemas/Event" },
      { type: "object", properties: { type: { const: kind.type }, data: gone ? { type: "null" } : { anyOf: [thing, { type: "null" }] } } },
    ],
  };
}

/** The webhooks of a document (OpenAPI 3.1): one for each type. */
export function webhooksOf(events: DocumentedEvents): JsonSchema {
  return Object.fromEntries([...events.bodies.kinds.values()].map((kind) => [kind.type, { post: webhook(kind, events) }]));
}

function webhook(kind: EventKind, events: DocumentedEvents): JsonSchema {
  const example = exampleOf(kind, events);
  const header = (name: string, description: string, shown: string): JsonSchema => ({
    name,
    in: "header",
    required: true,
    description,
    schema: { type: "string" },
    example: shown,
  });
  return {
    operationId: `on${eventSchemaName(kind.type).replace(/Event$/, "")}`,
    tags: [kind.contract === undefined ? eventsTag.name : kind.shape.name],
    summary: kind.type,
    description: `${kind.summary} Sent to your webhook endpoints that want this type, signed as Standard Webhooks says. [Webhooks](/docs/guides/webhooks) says how to verify it, and what to answer.`,
    "x-scopes": kind.scopes,
    security: [],
    parameters: [
      header("webhook-id", "The event's `id`, the same at every attempt.", String(example?.["id"] ?? "")),
      header("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse what is older than five minutes.", "1795512603"),
      header(
        "webhook-signature",
        "Signatures of `id.timestamp.body`, separated by blanks: `v1,` and an HMAC-SHA256 in base64, or `v1a,` and an ed25519 signature. One that fits is enough.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
      ),
    ],
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: { $ref: `#/components/schemas/${eventSchemaName(kind.type)}` }, ...(example !== undefined && { example }) },
      },
    },
    responses: {
      "2XX": {
        description:
          "You have it. Anything else, and no answer within 15 seconds, means that it is sent again later; `410` that nothing shall be sent any more.",
      },
    },
  };
}

/** The contract's own example, told of as a reader with every scope would see it. */
function exampleOf(kind: EventKind | undefined, { bodies, version }: DocumentedEvents): JsonSchema | undefined {
  const example = kind?.shape.example;
  if (kind === undefined || example === undefined) return undefined;
  const scopes = new Set([...kind.scopes, ...Object.values(kind.shape.hide)]);
  const view = bodies.view({ version, scopes }, kind.type);
  if (view === undefined) return undefined;
  const at = Date.UTC(2026, 10, 24, 9, 30);
  const told = exampleStates(kind, example);
  const text = bodies.text(
    {
      id: "evt_5f1CzqLw0hT9m2Kd8RxVbN",
      type: kind.type,
      seq: 1,
      occurredAt: at,
      recordedAt: at + 120,
      resource: kind.shape.name,
      resourceId: String(example["id"]),
      entitySeq: kind.rule?.kind === "created" ? 1 : 2,
      origin: kind.contract === undefined ? "gateway" : "erp",
      ...told,
    },
    view,
  );
  const shown: unknown = JSON.parse(text);
  return isSchema(shown) ? shown : undefined;
}
