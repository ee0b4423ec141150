/** Schemas of events in documents: what all have, and one for each type. */

import type { EventKind } from "../event-kinds.ts";
import { schemaName } from "../operations.ts";
import { ownThings } from "../own-events.ts";
import type { Components } from "./components.ts";
import type { DocumentedEvents } from "./documented-events.ts";
import { type JsonSchema, outputSchema } from "./json-schema.ts";

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
export function eventSchemaName(type: string): string {
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
