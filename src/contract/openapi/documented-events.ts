/** What documents know of events: how they are rendered, and an example of each type, made of the contract's own. */

import { type EventBodies, eventBodies } from "../event-bodies.ts";
import type { EventKind } from "../event-kinds.ts";
import { exampleStates } from "../example-states.ts";
import { isSchema, type JsonSchema } from "./json-schema.ts";

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

/** The contract's own example, told of as a reader with every scope would see it. */
export function exampleOf(kind: EventKind | undefined, { bodies, version }: DocumentedEvents): JsonSchema | undefined {
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
