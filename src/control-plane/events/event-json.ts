/** Events as operators see them. */

import { z } from "zod";
import type { LoggedEvent } from "./event-records.ts";

export const eventShape = z.object({
  id: z.string().meta({ examples: ["evt_5f1CzqLw0hT9m2Kd8RxVbN"] }),
  environment: z.enum(["live", "test"]),
  type: z.string(),
  resource: z.string(),
  resource_id: z.string(),
  entity_seq: z.int().meta({ description: "Its number among the events of this thing." }),
  origin: z.string(),
  occurred_at: z.iso.datetime(),
  recorded_at: z.iso.datetime(),
});

export type EventJson = z.output<typeof eventShape>;

export function eventToJson(event: LoggedEvent): EventJson {
  const { id, environment, type, resource, resourceId, entitySeq, origin, occurredAt, recordedAt } = event;
  return {
    ...{ id, environment, type, resource, resource_id: resourceId, entity_seq: entitySeq, origin },
    ...{ occurred_at: new Date(occurredAt).toISOString(), recorded_at: new Date(recordedAt).toISOString() },
  };
}
