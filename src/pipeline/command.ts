/** A command: from its request to a call that the ERP side carries out once, and from what came of it to an answer. */

import { needsIfMatch } from "#contract/command.ts";
import type { CommandOutcome, IfMatch } from "#contract/command-call.ts";
import type { Contract } from "#contract/contract.ts";
import type { CommandOperation } from "#contract/operations.ts";
import type { Prepared } from "#contract/prepared.ts";
import type { JsonValue } from "#lib/json.ts";
import { Problem } from "#lib/problems.ts";
import { lacking } from "./authorize.ts";
import { answerOf } from "./command-answer.ts";
import { entityTag } from "./conditional.ts";
import { header, type PartnerResponse } from "./exchange.ts";
import { fingerprint, keyHash } from "./fingerprint.ts";
import { parseIdempotencyKey } from "./idempotency-key.ts";
import { parseIfMatch } from "./if-match.ts";
import type { Asked } from "./index.ts";
import { parseQuery } from "./query-string.ts";
import { parseStrictJson } from "./strict-json.ts";
import { validateInput } from "./validate-input.ts";

export interface AskedToWrite extends Asked {
  readonly prepared: Prepared;
}

/** One command, however it arrived. */
export interface CommandRequest {
  readonly operation: CommandOperation;
  readonly id: string;
  /** As sent, or as it would have been. */
  readonly path: string;
  readonly body: JsonValue | undefined;
  readonly key: string | undefined;
  readonly ifMatch: IfMatch;
}

const retrySeconds = "1";
const noParameters: ReadonlyMap<string, string> = new Map();

export async function command(operation: CommandOperation, id: string, asked: AskedToWrite): Promise<PartnerResponse> {
  const { request } = asked;
  refuseParameters(request.query);
  const key = parseIdempotencyKey(header(request, "idempotency-key"), operation.method === "POST");
  const ifMatch = parseIfMatch(header(request, "if-match"));
  const bytes = await request.body();
  const body = bytes === undefined ? undefined : jsonOf(bytes);
  return perform({ operation, id, path: request.path, body, key, ifMatch }, asked);
}

/** The bytes of a body as JSON; throws 400 naming everything that is wrong with them. */
export function jsonOf(bytes: Uint8Array): JsonValue {
  const parsed = parseStrictJson(bytes);
  if (parsed.kind === "refused") throw new Problem("malformed-body", parsed.errors[0]?.detail ?? "The body is not JSON.", { errors: parsed.errors });
  return parsed.value;
}

/** A command takes no parameters; one that is ignored would be one that is misunderstood. */
export function refuseParameters(query: string): void {
  for (const parameter of parseQuery(query).keys())
    throw new Problem("unknown-parameter", "This operation takes no query parameters.", {
      errors: [{ parameter: parameter.slice(0, 100), code: "unknown-parameter", detail: "Not a parameter of this operation." }],
    });
}

/** Throws a `Problem` for everything that is no answer of the command's own. */
export async function perform(command: CommandRequest, asked: AskedToWrite): Promise<PartnerResponse> {
  const { operation, id, ifMatch } = command;
  const { principal, context } = asked;
  if (ifMatch.kind === "absent" && needsIfMatch(operation.promise))
    throw new Problem("precondition-required", "Send the ETag that you read as If-Match, or `*` to change whatever is there.", {
      errors: [{ header: "If-Match", code: "missing-header", detail: "The entity tag of the state that the request changes." }],
    });
  const access = context.access(operation.contract, principal);
  const named = {
    partner: principal.partner,
    scopes: principal.scopes,
    keyHash: command.key === undefined ? crypto.getRandomValues(new Uint8Array(16)) : keyHash(principal.partner, principal.environment, command.key),
    fingerprint: fingerprint({
      method: operation.method,
      route: operation.path,
      path: command.path,
      parameters: noParameters,
      version: asked.version,
      // A command takes one kind of body: what PATCH may call it besides makes no other request.
      mediaType: command.body === undefined ? undefined : "application/json",
      body: command.body,
    }),
  };
  const again = await access.repeat(named);
  if (again !== undefined) return responseTo(again);

  const valid = validateInput(operation.contract, operation.promise, command.body);
  if (valid.kind === "invalid")
    throw new Problem("invalid-body", valid.errors[0]?.detail ?? "The body does not fit what this operation takes.", { errors: valid.errors });
  refuseHidden(operation.contract, valid.input ?? {}, principal.scopes);
  const outcome = await access.command({
    ...named,
    command: operation.command,
    id: operation.as === "create" ? undefined : id,
    input: valid.input ?? {},
    accounts: principal.accounts,
    ifMatch,
    answer: answerOf(operation, asked),
  });
  return responseTo(outcome);
}

/** A field that the caller may not see is none that it may write: a refusal would tell what stands in it. */
function refuseHidden(contract: Contract, input: Readonly<Record<string, unknown>>, scopes: ReadonlySet<string>): void {
  const hidden = Object.keys(input).filter((field) => {
    const scope = contract.hide[field];
    return scope !== undefined && !scopes.has(scope);
  });
  if (hidden.length === 0) return;
  const detail = "Not a field that your key may see.";
  throw new Problem("invalid-body", detail, { errors: hidden.map((field) => ({ pointer: `/${field}`, code: "unknown-field", detail })) });
}

function responseTo(outcome: CommandOutcome): PartnerResponse {
  switch (outcome.kind) {
    case "answered":
      return outcome.replayed ? { ...outcome.answer, headers: { ...outcome.answer.headers, "Idempotency-Replayed": "true" } } : outcome.answer;
    case "in-progress":
      throw new Problem("in-progress", "The first request with this Idempotency-Key has not ended yet.", { headers: { "Retry-After": retrySeconds } });
    case "key-reused":
      throw new Problem("idempotency-key-reused", "This Idempotency-Key came with another method, path, version or body before.", {
        errors: [{ header: "Idempotency-Key", code: "reused", detail: "Nothing was done for this request. Send it with a key of its own." }],
      });
    case "expired":
      throw new Problem(
        "idempotency-key-expired",
        `The request with this Idempotency-Key was done, and its answer is no longer kept.${outcome.made === undefined ? "" : ` What it made or changed is at ${outcome.made}.`}`,
        { headers: outcome.made === undefined ? {} : { Link: `<${outcome.made}>; rel="related"` } },
      );
    case "scopes-missing":
      throw lacking(outcome.scopes.join(" "));
    case "absent":
      throw new Problem("not-found", "There is nothing with this id among what your key may see.");
    case "precondition-failed":
      throw new Problem("precondition-failed", "It has changed since you read it, in what you want to change. Nothing was written.", {
        headers: { ETag: entityTag(outcome.tag) },
        errors: outcome.conflicts.map(({ field }) => ({
          pointer: `/${field}`,
          code: "changed",
          detail: "Changed since you read it; `current` has the value that stands.",
        })),
        members: { current: outcome.current },
      });
    case "invalid":
      throw new Problem("invalid-body", outcome.errors[0]?.detail ?? "The body does not fit what this operation takes.", { errors: outcome.errors });
    case "duplicate":
      throw new Problem("duplicate", `A document with this number of yours has been made before: ${outcome.made}.`, { headers: { Location: outcome.made } });
    case "failed":
      throw new Problem("command-failed", "The system behind this API refused the command. Nothing was changed.", { cause: outcome.cause });
    case "unknown":
      throw new Problem(
        "outcome-unknown",
        "The connection to the system behind this API was lost at the very end. Repeat the request with the same key, or ask the operation.",
        {
          headers: { Location: `/v1/operations/${outcome.operation}`, "Retry-After": "5" },
          cause: outcome.cause,
        },
      );
  }
}
