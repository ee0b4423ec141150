/** Records an event of the gateway's own things. */

import { type EndpointShown, type OwnEventType, ownEvents } from "#contract/own-events.ts";
import type { EventRecorder, FanOut } from "./event-log-records.ts";
import { newEventId } from "./relay.ts";

export interface OwnEvent {
  readonly type: OwnEventType;
  readonly partner: string;
  readonly environment: "live" | "test";
  readonly data: EndpointShown;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * `recorder`: over a transaction of the caller's, or one that makes its own. In a transaction it comes last: from there on
 * nobody else numbers events of this partner.
 */
export async function recordOwn(recorder: EventRecorder, fanOut: FanOut, { type, partner, environment, data, at }: OwnEvent): Promise<void> {
  const { resource } = ownEvents[type];
  const event = { id: newEventId(), changeKey: undefined, type, resource, resourceId: data.id, origin: "gateway", occurredAt: at } as const;
  await recorder.record({ source: undefined, environment }, [{ ...event, data, previous: null, concerns: { kind: "partner", partner } }], fanOut, at);
}
