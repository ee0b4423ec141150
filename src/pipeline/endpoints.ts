/** A partner's own webhook endpoints: from the request to what is asked of the control plane, and from its outcome to an answer. */

import type { EndpointOutcome } from "#contract/endpoint-call.ts";
import { objectErrors } from "#contract/object-errors.ts";
import type { EndpointOperation } from "#contract/own-operations.ts";
import { Problem } from "#lib/problems.ts";
import { jsonOf, refuseParameters } from "./command.ts";
import type { Cursors } from "./cursor.ts";
import { header, type PartnerResponse } from "./exchange.ts";
import { fingerprint, keyHash } from "./fingerprint.ts";
import { parseIdempotencyKey } from "./idempotency-key.ts";
import type { Asked } from "./index.ts";
import { json, jsonOfCommand } from "./json-headers.ts";
import { parseDeliveries } from "./parse-deliveries.ts";
import { parseQuery } from "./query-string.ts";

export async function endpointAnswer(
  operation: EndpointOperation,
  id: string,
  { request, principal, version, context, cursors }: Asked & { readonly cursors: Cursors },
): Promise<PartnerResponse> {
  const listed = operation.action === "list-deliveries" ? parseDeliveries(parseQuery(request.query)) : undefined;
  if (listed === undefined) refuseParameters(request.query);
  const binding = `${principal.partner} ${principal.environment} ${version} ${operation.id} ${id} ${listed?.fingerprint}`;
  const before = listed?.cursor === undefined ? undefined : Number(cursors.open(listed.cursor, binding)[0]);
  const writes = operation.method !== "GET";
  const key = writes ? parseIdempotencyKey(header(request, "idempotency-key"), operation.method === "POST") : undefined;
  const bytes = writes ? await request.body() : undefined;
  const body = bytes === undefined ? undefined : jsonOf(bytes);
  const errors = objectErrors(operation.input, body ?? {}, "The body");
  if (errors.length > 0) throw new Problem("invalid-body", errors[0]?.detail ?? "The body does not fit what this operation takes.", { errors });
  const outcome = await context.endpoints.perform({
    action: operation.action,
    caller: {
      partner: principal.partner,
      partnerName: principal.partnerName,
      environment: principal.environment,
      credential: principal.keyId,
      scopes: principal.scopes,
      apiVersion: principal.apiVersion,
    },
    id,
    ...(context.under !== undefined && { event: context.under }),
    ...(listed !== undefined && { page: { ...listed.query, before } }),
    input: operation.input.parse(body ?? {}),
    now: context.now,
    requestId: request.id,
    once:
      key === undefined
        ? undefined
        : {
            keyHash: keyHash(principal.partner, principal.environment, key),
            fingerprint: fingerprint({
              method: operation.method,
              route: operation.path,
              path: request.path,
              parameters: new Map(),
              version,
              mediaType: body === undefined ? undefined : "application/json",
              body,
            }),
          },
  });
  if (outcome.kind === "page") {
    const next = outcome.next === undefined ? null : cursors.seal([String(outcome.next)], binding);
    return { status: 200, headers: json, body: `{"data":[${outcome.items.join(",")}],"next_cursor":${JSON.stringify(next)}}` };
  }
  return answerOf(outcome, writes, context.under !== undefined);
}

function answerOf(outcome: Exclude<EndpointOutcome, { readonly kind: "page" }>, writes: boolean, ofDelivery: boolean): PartnerResponse {
  switch (outcome.kind) {
    case "answered": {
      const { status, body, made, replayed } = outcome;
      const headers = body === null ? { "Cache-Control": "no-store" } : writes ? jsonOfCommand : json;
      return { status, headers: { ...headers, ...(made !== undefined && { Location: made }), ...(replayed && { "Idempotency-Replayed": "true" }) }, body };
    }
    case "absent":
      throw new Problem(
        "not-found",
        ofDelivery
          ? "There is no webhook endpoint of yours with this id, or no delivery of this event to it."
          : "There is no webhook endpoint of yours with this id.",
      );
    case "refused":
      throw new Problem(outcome.code, outcome.detail, {
        errors: outcome.errors,
        headers: outcome.retryAfterSeconds === undefined ? {} : { "Retry-After": String(outcome.retryAfterSeconds) },
      });
    case "key-reused":
      throw new Problem("idempotency-key-reused", "This Idempotency-Key came with another method, path, version or body before.", {
        errors: [{ header: "Idempotency-Key", code: "reused", detail: "Nothing was done for this request. Send it with a key of its own." }],
      });
    case "expired":
      throw new Problem(
        "idempotency-key-expired",
        `The request with this Idempotency-Key was done, and its answer is no longer kept.${outcome.made === undefined ? "" : ` What it made is at ${outcome.made}.`}`,
        { headers: outcome.made === undefined ? {} : { Link: `<${outcome.made}>; rel="related"` } },
      );
  }
}
