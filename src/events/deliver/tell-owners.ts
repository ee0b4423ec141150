/** Tells partners of their endpoints that fail, by an event of the gateway's own: to their other endpoints, and in the log. */

import type { TellOfEndpoint } from "../delivery-records.ts";
import type { FanOut } from "../event-log-records.ts";
import { recordOwn } from "../own-events.ts";

/** `now` in milliseconds since 1970. */
export function tellOwners(fanOut: FanOut, now: () => number): TellOfEndpoint {
  return (recorder, { told, id, partner, environment, url, description, state, stateReason, failingSince }) => {
    const since = failingSince === null ? null : new Date(failingSince).toISOString();
    const data = { id, url, description, state, state_reason: stateReason, failing_since: since };
    return recordOwn(recorder, fanOut, { type: `webhook_endpoint.${told}`, partner, environment, data, at: now() });
  };
}
