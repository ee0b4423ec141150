/** Parses which deliveries a caller lists; whatever is not promised is named in a 400. */

import { deliveryStates } from "#contract/deliveries.ts";
import type { DeliveriesAsked } from "#contract/endpoint-call.ts";
import { pageLimit } from "#contract/list-query.ts";
import { Problem, type ProblemError } from "#lib/problems.ts";

interface Parsed {
  readonly query: Omit<DeliveriesAsked, "before">;
  readonly cursor: string | undefined;
  /** The query without limit and cursor: what a cursor is bound to. */
  readonly fingerprint: string;
}

const known = ["state", "type", "since", "until", "limit", "cursor"];

export function parseDeliveries(parameters: ReadonlyMap<string, string>): Parsed {
  const errors: ProblemError[] = [];
  const refuse = (parameter: string, code: string, detail: string): void => void errors.push({ parameter: parameter.slice(0, 100), code, detail });
  for (const parameter of parameters.keys())
    if (!known.includes(parameter)) refuse(parameter, "unknown-parameter", `Not a parameter of this operation. It takes ${known.join(", ")}.`);

  const asked = parameters.get("state")?.split(",");
  const states = asked && deliveryStates.filter((state) => asked.includes(state));
  if (asked?.some((state) => !deliveryStates.some((one) => one === state)))
    refuse("state", "invalid-value", `state takes ${deliveryStates.join(", ")}, separated by commas.`);
  const types = parameters.get("type")?.split(",");
  if (types?.some((type) => type === "" || type.length > 100) || (types?.length ?? 0) > 100)
    refuse("type", "invalid-value", "type takes up to 100 types of events, separated by commas.");
  const since = timeOf("since");
  const until = timeOf("until");
  const limitText = parameters.get("limit");
  const limit = limitText === undefined ? pageLimit.default : /^[1-9]\d{0,2}$/.test(limitText) ? Number(limitText) : 0;
  if (limit < 1 || limit > pageLimit.max) refuse("limit", "invalid-value", `limit is a whole number from 1 to ${pageLimit.max}.`);

  if (errors.length > 0)
    throw new Problem(
      errors.every(({ code }) => code === "unknown-parameter") ? "unknown-parameter" : "invalid-parameter",
      errors.length === 1 && errors[0] ? errors[0].detail : `${errors.length} query parameters cannot be accepted.`,
      { errors },
    );
  return { query: { states, types, since, until, limit }, cursor: parameters.get("cursor"), fingerprint: JSON.stringify([states, types, since, until]) };

  function timeOf(parameter: string): number | undefined {
    const text = parameters.get(parameter);
    if (text === undefined) return undefined;
    const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(time)) refuse(parameter, "invalid-value", `${parameter} is a time such as 2026-11-24T09:30:00Z.`);
    return time;
  }
}
