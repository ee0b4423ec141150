/** Parses what a caller looks for in its own log of requests; whatever is not promised is named in a 400. */

import type { OwnRequestsQuery } from "#contract/own-account.ts";
import { problemKinds } from "#lib/problems.ts";
import { parameterReader } from "./parameter-reader.ts";

interface OwnRequestsAsked {
  readonly query: OwnRequestsQuery;
  readonly cursor: string | undefined;
  /** The query without limit and cursor: what a cursor is bound to. */
  readonly fingerprint: string;
}

const mostValues = 50;
const longest = 200;

export function parseOwnRequests(parameters: ReadonlyMap<string, string>): OwnRequestsAsked {
  const read = parameterReader(parameters, ["status", "code", "key", "route", "since", "limit", "cursor"]);
  const isStatus = (value: string): boolean => /^[1-5](?:\d\d|xx)$/.test(value);
  const isCode = (value: string): boolean => Object.hasOwn(problemKinds, value);
  const query = {
    statuses: read.list("status", mostValues, isStatus, "status takes statuses such as 404, or classes such as 4xx, separated by commas.") ?? [],
    codes: read.list("code", mostValues, isCode, "code takes codes of problems, separated by commas.") ?? [],
    key: read.text("key", longest),
    route: read.text("route", longest),
    since: read.time("since"),
    limit: read.limit(),
  };
  read.finish();
  const { statuses, codes, key, route, since } = query;
  return { query, cursor: parameters.get("cursor"), fingerprint: JSON.stringify([[...statuses].sort(), [...codes].sort(), key, route, since]) };
}
