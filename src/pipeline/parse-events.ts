/** Parses what a caller asks of the event log; whatever is not promised is named in a 400. */

import { type EventsQuery, eventsLimit, longestWaitSeconds } from "#contract/events-query.ts";
import { Problem, type ProblemError } from "#lib/problems.ts";

const known = ["after", "limit", "type", "resource", "resource_id", "wait"];
const mostTypes = 100;

export function parseEvents(parameters: ReadonlyMap<string, string>): EventsQuery {
  const errors: ProblemError[] = [];
  const refuse = (parameter: string, code: string, detail: string): void => void errors.push({ parameter: parameter.slice(0, 100), code, detail });
  for (const parameter of parameters.keys())
    if (!known.includes(parameter)) refuse(parameter, "unknown-parameter", `Not a parameter of this operation. It takes ${known.join(", ")}.`);

  const wholeOf = (parameter: string, least: number, most: number): number | undefined => {
    const text = parameters.get(parameter);
    if (text === undefined) return undefined;
    const value = /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) refuse(parameter, "invalid-value", `${parameter} is a whole number from ${least} to ${most}.`);
    return value;
  };
  const textOf = (parameter: string, longest: number): string | undefined => {
    const value = parameters.get(parameter);
    if (value !== undefined && (value === "" || value.length > longest)) refuse(parameter, "invalid-value", `${parameter} has 1 to ${longest} characters.`);
    return value;
  };
  const types = parameters.get("type")?.split(",");
  if (types !== undefined && (types.length > mostTypes || types.some((type) => type === "")))
    refuse("type", "invalid-value", `type takes up to ${mostTypes} types of events, separated by commas.`);
  const query: EventsQuery = {
    after: wholeOf("after", 0, Number.MAX_SAFE_INTEGER),
    limit: wholeOf("limit", 1, eventsLimit.max) ?? eventsLimit.default,
    types: types && [...new Set(types)],
    resource: textOf("resource", 63),
    resourceId: textOf("resource_id", 200),
    waitSeconds: wholeOf("wait", 0, longestWaitSeconds) ?? 0,
  };
  if (query.resourceId !== undefined && query.resource === undefined)
    refuse("resource_id", "invalid-value", "resource_id needs resource beside it: ids of several resources can be alike.");
  if (errors.length > 0)
    throw new Problem(
      errors.every(({ code }) => code === "unknown-parameter") ? "unknown-parameter" : "invalid-parameter",
      errors.length === 1 && errors[0] ? errors[0].detail : `${errors.length} query parameters cannot be accepted.`,
      { errors },
    );
  return query;
}
