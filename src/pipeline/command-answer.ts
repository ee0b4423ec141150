/** Answers of commands, made inside their transactions: what a receipt keeps, and what a replay needs to be shown it. */

import type { Effect, FieldConflict, MadeAnswer } from "#contract/command-call.ts";
import type { CommandOperation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";
import type { AskedToWrite } from "./command.ts";
import { entityTag } from "./conditional.ts";
import { jsonOfCommand } from "./json-headers.ts";
import { operationBody } from "./operation-status.ts";

export function answerOf(operation: CommandOperation, asked: AskedToWrite): (effect: Effect) => MadeAnswer {
  return (effect) => {
    switch (effect.kind) {
      case "deleted":
        return { answer: { status: 204, headers: { "Cache-Control": "no-store" }, body: null }, scopes: [] };
      case "staged":
        return { answer: staged(operation, effect), scopes: [] };
      case "refused":
        return { answer: refused(effect, asked), scopes: [] };
      default:
        return representation(operation, effect, asked);
    }
  };
}

/** The thing as it stands now, as far as the caller may read it. */
function representation(operation: CommandOperation, effect: Extract<Effect, { kind: "made" | "changed" }>, { principal, prepared }: AskedToWrite): MadeAnswer {
  const { contract } = operation;
  const { id, item, tag, conflicts } = effect;
  const headers = {
    ...jsonOfCommand,
    ...(tag !== undefined && { ETag: entityTag(tag) }),
    ...(effect.kind === "made" && { Location: `/v1/${contract.name}/${encodeURIComponent(id)}` }),
    ...(conflicts.length > 0 && { "Field-Conflicts": conflicts.map(inHeader).join(", ") }),
  };
  const status = effect.kind === "made" ? 201 : 200;
  const readScope = [contract.reads.get?.scope, contract.reads.list?.scope].find((scope) => scope !== undefined && principal.scopes.has(scope));
  if (readScope === undefined || item === undefined) return { answer: { status, headers, body: JSON.stringify({ id }) }, scopes: [] };
  const { strip, visible } = prepared(contract, principal.scopes);
  const hidden = visible.flatMap((field) => contract.hide[field] ?? []);
  return { answer: { status, headers, body: strip([{ ...item }], visible).slice(1, -1) }, scopes: [...new Set([readScope, ...hidden])] };
}

/** A structured field (RFC 9651): a list of field names with what was done about each. */
function inHeader({ field, rule, outcome }: FieldConflict): string {
  return `${field};rule=${rule};outcome=${outcome}`;
}

function staged(operation: CommandOperation, { operation: id, createdAt }: Extract<Effect, { kind: "staged" }>): MadeAnswer["answer"] {
  const state = { status: "pending", command: operation.id, createdAt, endedAt: undefined, made: undefined, refusal: undefined } as const;
  return { status: 202, headers: { ...jsonOfCommand, Location: `/v1/operations/${id}`, "Retry-After": "5" }, body: operationBody(id, state) };
}

/** A refusal is an answer like any other: repeated, it is the same to the byte. */
function refused({ code, detail, pointer }: Extract<Effect, { kind: "refused" }>, { context }: AskedToWrite): MadeAnswer["answer"] {
  const problem = new Problem("command-refused", detail, { errors: [{ ...(pointer !== undefined && { pointer }), code, detail }] });
  const { status, headers, body } = context.render(problem);
  const { "Request-Id": _, "X-Content-Type-Options": __, ...kept } = headers;
  return { status, headers: kept, body };
}
