/** Parses which deliveries a caller lists; whatever is not promised is named in a 400. */

import { deliveryStates } from "#contract/deliveries.ts";
import type { DeliveriesAsked } from "#contract/endpoint-call.ts";
import { parameterReader } from "./parameter-reader.ts";

interface Parsed {
  readonly query: Omit<DeliveriesAsked, "before">;
  readonly cursor: string | undefined;
  /** The query without limit and cursor: what a cursor is bound to. */
  readonly fingerprint: string;
}

export function parseDeliveries(parameters: ReadonlyMap<string, string>): Parsed {
  const read = parameterReader(parameters, ["state", "type", "since", "until", "limit", "cursor"]);
  const asked = read.list(
    "state",
    100,
    (state) => deliveryStates.some((one) => one === state),
    `state takes ${deliveryStates.join(", ")}, separated by commas.`,
  );
  const states = asked && deliveryStates.filter((state) => asked.includes(state));
  const isType = (type: string): boolean => type !== "" && type.length <= 100;
  const types = read.list("type", 100, isType, "type takes up to 100 types of events, separated by commas.");
  const query = { states, types, since: read.time("since"), until: read.time("until"), limit: read.limit() };
  read.finish();
  return { query, cursor: parameters.get("cursor"), fingerprint: JSON.stringify([states, types, query.since, query.until]) };
}
