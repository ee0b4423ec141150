/** Parses what a caller asks of the event log; whatever is not promised is named in a 400. */

import { type EventsQuery, eventsLimit, longestWaitSeconds } from "#contract/events-query.ts";
import { parameterReader } from "./parameter-reader.ts";

const mostTypes = 100;

export function parseEvents(parameters: ReadonlyMap<string, string>): EventsQuery {
  const read = parameterReader(parameters, ["after", "limit", "type", "resource", "resource_id", "wait"]);
  const types = read.list("type", mostTypes, (type) => type !== "", `type takes up to ${mostTypes} types of events, separated by commas.`);
  const query: EventsQuery = {
    after: read.whole("after", 0, Number.MAX_SAFE_INTEGER),
    limit: read.whole("limit", 1, eventsLimit.max) ?? eventsLimit.default,
    types: types && [...new Set(types)],
    resource: read.text("resource", 63),
    resourceId: read.text("resource_id", 200),
    waitSeconds: read.whole("wait", 0, longestWaitSeconds) ?? 0,
  };
  if (query.resourceId !== undefined && query.resource === undefined)
    read.refuse("resource_id", "resource_id needs resource beside it: ids of several resources can be alike.");
  read.finish();
  return query;
}
