/** Answers how far something is that did not end with its request. */

import type { OperationState } from "#contract/command-call.ts";
import { Problem } from "#lib/problems.ts";
import type { PartnerResponse } from "./exchange.ts";
import { json } from "./json-headers.ts";
import type { OperationAccess } from "./ports.ts";
import { parseQuery } from "./query-string.ts";

/** How soon it is worth asking again. */
const pollSeconds = 5;

export async function operationStatus(id: string, query: string, access: OperationAccess): Promise<PartnerResponse> {
  for (const parameter of parseQuery(query).keys())
    throw new Problem("unknown-parameter", "An operation takes no parameters.", {
      errors: [{ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: "Not a parameter of this operation." }],
    });
  const state = await access.find(id);
  if (state === undefined) throw new Problem("not-found", "There is no operation of yours with this id.");
  const open = state.status === "pending" || state.status === "unknown";
  return { status: 200, headers: { ...json, ...(open && { "Retry-After": String(pollSeconds) }) }, body: operationBody(id, state) };
}

/** The JSON of an operation; all members are always there. */
export function operationBody(id: string, { status, command, createdAt, endedAt, made, refusal }: OperationState): string {
  return JSON.stringify({
    id,
    status,
    command: command ?? null,
    created_at: createdAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    result: made === undefined ? null : { href: made, id: decodeURIComponent(made.slice(made.lastIndexOf("/") + 1)) },
    refusal: refusal ?? null,
  });
}
