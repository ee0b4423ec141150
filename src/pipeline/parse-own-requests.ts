/** Parses what a caller looks for in its own log of requests; whatever is not promised is named in a 400. */

import { pageLimit } from "#contract/list-query.ts";
import type { OwnRequestsQuery } from "#contract/own-account.ts";
import { Problem, type ProblemError, problemKinds } from "#lib/problems.ts";

interface OwnRequestsAsked {
  readonly query: OwnRequestsQuery;
  readonly cursor: string | undefined;
  /** The query without limit and cursor: what a cursor is bound to. */
  readonly fingerprint: string;
}

const known = ["status", "code", "key", "route", "since", "limit", "cursor"];

export function parseOwnRequests(parameters: ReadonlyMap<string, string>): OwnRequestsAsked {
  const errors: ProblemError[] = [];
  const refuse = (parameter: string, code: string, detail: string): void => void errors.push({ parameter: parameter.slice(0, 100), code, detail });
  for (const parameter of parameters.keys())
    if (!known.includes(parameter)) refuse(parameter, "unknown-parameter", `Not a parameter of this operation. It takes ${known.join(", ")}.`);

  const listOf = (parameter: string, fits: (value: string) => boolean, detail: string): readonly string[] => {
    const values = parameters.get(parameter)?.split(",") ?? [];
    if (values.length > 50 || !values.every(fits)) refuse(parameter, "invalid-value", detail);
    return values;
  };
  const textOf = (parameter: string): string | undefined => {
    const value = parameters.get(parameter);
    if (value !== undefined && (value === "" || value.length > 200)) refuse(parameter, "invalid-value", `${parameter} has 1 to 200 characters.`);
    return value;
  };
  const statuses = listOf(
    "status",
    (value) => /^[1-5](?:\d\d|xx)$/.test(value),
    "status takes statuses such as 404, or classes such as 4xx, separated by commas.",
  );
  const codes = listOf("code", (value) => Object.hasOwn(problemKinds, value), "code takes codes of problems, separated by commas.");
  const key = textOf("key");
  const route = textOf("route");
  const since = parameters.get("since");
  const sinceMs = since === undefined ? undefined : timeOf(since);
  if (sinceMs !== undefined && Number.isNaN(sinceMs)) refuse("since", "invalid-value", "since is a time such as 2026-11-24T09:30:00Z.");
  const asked = parameters.get("limit");
  const limit = asked === undefined ? pageLimit.default : /^[1-9]\d{0,2}$/.test(asked) ? Number(asked) : 0;
  if (limit < 1 || limit > pageLimit.max) refuse("limit", "invalid-value", `limit is a whole number from 1 to ${pageLimit.max}.`);

  if (errors.length > 0)
    throw new Problem(
      errors.every(({ code }) => code === "unknown-parameter") ? "unknown-parameter" : "invalid-parameter",
      errors.length === 1 && errors[0] ? errors[0].detail : `${errors.length} query parameters cannot be accepted.`,
      { errors },
    );
  return {
    query: { statuses, codes, key, route, since: sinceMs, limit },
    cursor: parameters.get("cursor"),
    fingerprint: JSON.stringify([[...statuses].sort(), [...codes].sort(), key, route, sinceMs]),
  };
}

/** RFC 3339, with its zone; NaN for anything else. */
function timeOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
