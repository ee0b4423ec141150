/** Answers from the event log: what happened to the caller's things, in the order of its numbers. */

import type { EventsReader } from "#contract/events-query.ts";
import type { EventsOperation } from "#contract/own-operations.ts";
import { Problem } from "#lib/problems.ts";
import { lacking } from "./authorize.ts";
import type { PartnerResponse } from "./exchange.ts";
import type { Asked } from "./index.ts";
import { json } from "./json-headers.ts";
import { parseEvents } from "./parse-events.ts";
import { parseQuery } from "./query-string.ts";

export async function eventsAnswer(operation: EventsOperation, id: string, asked: Asked): Promise<PartnerResponse> {
  const { principal, version } = asked;
  const reader = { partner: principal.partner, environment: principal.environment, version, scopes: principal.scopes };
  const parameters = parseQuery(asked.request.query);
  return operation.id === "getEvent" ? one(id, parameters, reader, asked) : list(parameters, reader, asked);
}

async function one(id: string, parameters: ReadonlyMap<string, string>, reader: EventsReader, { context }: Asked): Promise<PartnerResponse> {
  for (const parameter of parameters.keys())
    throw new Problem("unknown-parameter", "An event takes no parameters.", {
      errors: [{ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: "Not a parameter of this operation." }],
    });
  const found = await context.events.find(reader, id);
  if (found === undefined) throw new Problem("not-found", "There is no event of yours with this id.");
  if (found.kind === "lacking") throw lacking(found.scope);
  return { status: 200, headers: json, body: found.text };
}

async function list(parameters: ReadonlyMap<string, string>, reader: EventsReader, { context, release }: Asked): Promise<PartnerResponse> {
  const query = parseEvents(parameters);
  // Whoever waits takes nothing from its partner's other requests; how many may wait is bounded apart.
  const page = await context.events.page(reader, query, context.gone(), release);
  switch (page.kind) {
    case "page": {
      const { events, nextAfter, passedOver, latest } = page;
      const rest = `"next_after":${nextAfter},"passed_over":${passedOver},"latest_seq":${latest}`;
      return { status: 200, headers: json, body: `{"data":[${events.join(",")}],${rest}}` };
    }
    case "no-longer-kept":
      throw new Problem("events-no-longer-kept", `What comes next after ${query.after} is no longer kept. The first number that is kept is ${page.oldest}.`, {
        members: { oldest_seq: page.oldest },
      });
    case "not-yet":
      throw refused("after", "beyond-the-end", `The last number there is is ${page.latest}.`);
    case "unknown":
      throw refused(page.parameter, "unknown-value", `There are no events of "${page.value.slice(0, 100)}". ${page.parameter} takes ${page.known.join(", ")}.`);
    case "lacking":
      throw lacking(page.scope);
    case "crowded":
      throw new Problem("quota-exceeded", "Too many of your requests wait for events already. Repeat the request in 5 s, or without wait.", {
        headers: { "Retry-After": "5" },
        members: { "violated-policies": ["waiting"] },
      });
  }
}

function refused(parameter: string, code: string, detail: string): Problem {
  return new Problem("invalid-parameter", detail, { errors: [{ parameter, code, detail }] });
}
