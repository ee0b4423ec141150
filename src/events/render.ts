/** What endpoints are sent of events: the bytes of what they would be shown. */

import type { EventBodies } from "#contract/event-bodies.ts";
import { wants } from "./endpoint.ts";
import type { FanOut } from "./event-log-records.ts";

export function fanOutOf({ view, text }: EventBodies): FanOut {
  const bytes = new TextEncoder();
  return {
    view: (endpoint, { type }) => (wants(endpoint, type) ? view({ version: endpoint.apiVersion, scopes: endpoint.scopes }, type) : undefined),
    body: (event, name) => bytes.encode(text(event, name)),
  };
}
