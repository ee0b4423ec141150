/** Error answers in documents, from the one catalogue of problems. */

import { type ProblemCode, problemKinds } from "#lib/problems.ts";
import type { CommandKind } from "../command.ts";
import { headerOf, limitHeaders } from "./headers.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Operations that can fail in the same ways. */
export type FailureKind = "get" | "list" | "status" | CommandKind | "batch" | "own" | "own-list" | "events" | "event" | EndpointFailure;

/** Of operations on webhook endpoints. */
type EndpointFailure = "endpoint-list" | "endpoint-get" | "endpoint-create" | "endpoint-change" | "endpoint-action" | "delivery-list" | "delivery-action";

const always: readonly ProblemCode[] = [
  "bad-request-line",
  "unauthenticated",
  "insufficient-scope",
  "too-many-failures",
  "quota-exceeded",
  "unknown-version",
  "unknown-parameter",
  "invalid-parameter",
  "not-acceptable",
  "uri-too-long",
  "source-unavailable",
  "gateway-unavailable",
  "internal-error",
];

const reads: readonly ProblemCode[] = [...always, "unexpected-body", "source-data-invalid"];
const bodies: readonly ProblemCode[] = ["idempotency-key-malformed", "unsupported-media-type", "body-too-large", "malformed-body", "invalid-body"];

const commands: readonly ProblemCode[] = [
  ...always,
  ...bodies,
  "in-progress",
  "idempotency-key-reused",
  "idempotency-key-expired",
  "command-failed",
  "outcome-unknown",
  "source-data-invalid",
];
const changes: readonly ProblemCode[] = [...commands, "not-found", "precondition-failed", "precondition-required"];

/** What is asked of the gateway alone: any credential may, and no ERP is in it. */
const own: readonly ProblemCode[] = [...always.filter((code) => code !== "insufficient-scope" && code !== "source-unavailable"), "unexpected-body"];

const endpointWrites: readonly ProblemCode[] = [
  ...own.filter((code) => code !== "unexpected-body"),
  ...bodies,
  "insufficient-scope",
  "idempotency-key-reused",
  "idempotency-key-expired",
];

/** What each kind of operation can answer with besides success. Operations of several kinds share answers under the first one's name. */
const codesOf: Readonly<Record<FailureKind, readonly ProblemCode[]>> = {
  get: [...reads, "not-found"],
  list: [...reads, "invalid-cursor"],
  status: [...always.filter((code) => code !== "insufficient-scope"), "unexpected-body", "not-found"],
  update: changes,
  delete: changes,
  action: [...changes, "idempotency-key-required"],
  create: [...commands, "idempotency-key-required", "duplicate"],
  batch: [...always, ...bodies],
  own,
  "own-list": [...own, "invalid-cursor"],
  events: [...own, "insufficient-scope", "events-no-longer-kept"],
  event: [...own, "insufficient-scope", "not-found"],
  "endpoint-list": [...own, "insufficient-scope"],
  "endpoint-get": [...own, "insufficient-scope", "not-found"],
  "endpoint-create": [...endpointWrites, "idempotency-key-required", "invalid-endpoint", "too-many-endpoints"],
  "endpoint-change": [...endpointWrites, "not-found", "invalid-endpoint"],
  "delivery-list": [...own, "insufficient-scope", "not-found", "invalid-cursor"],
  "delivery-action": [...endpointWrites, "idempotency-key-required", "not-found", "delivery-not-kept", "delivery-ended"],
  "endpoint-action": [
    ...endpointWrites,
    ...(["idempotency-key-required", "not-found", "invalid-endpoint", "endpoint-not-verified", "challenge-failed", "too-many-tests"] as const),
  ],
};

const kinds: readonly FailureKind[] = [
  "get",
  "list",
  "status",
  "update",
  "delete",
  "action",
  "create",
  "batch",
  "own",
  "own-list",
  "events",
  "event",
  "endpoint-list",
  "endpoint-get",
  "endpoint-create",
  "endpoint-change",
  "endpoint-action",
  "delivery-list",
  "delivery-action",
];

/** In the order of the catalogue, which is that of the checks. */
const order = new Map(Object.keys(problemKinds).map((code, at) => [code, at]));

export function codesOfStatus(kind: FailureKind, status: number): readonly ProblemCode[] {
  return codesOf[kind].filter((code) => problemKinds[code].status === status).sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}

function statusesOf(kind: FailureKind): readonly number[] {
  return [...new Set(codesOf[kind].map((code) => problemKinds[code].status))].sort((a, b) => a - b);
}

/** The same answers share one component, named by what they are: the 400 of a list knows cursors. */
function responseName(status: number, kind: FailureKind): string {
  const same = (other: FailureKind): boolean => codesOfStatus(other, status).join() === codesOfStatus(kind, status).join();
  const owner = kinds.find(same) ?? kind;
  const isFirst = kinds.find((other) => codesOfStatus(other, status).length > 0) === owner;
  return `Problem${status}${isFirst ? "" : owner.replaceAll(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase())}`;
}

/** By status; some operations say more of one of theirs, or cannot have it. */
export function errorResponses(kind: FailureKind, own: Readonly<Record<string, JsonSchema | undefined>> = {}): JsonSchema {
  const shared = statusesOf(kind).map((status) => [String(status), { $ref: `#/components/responses/${responseName(status, kind)}` }] as const);
  return Object.fromEntries(
    shared.map(([status, response]) => [status, status in own ? own[status] : response]).filter(([, response]) => response !== undefined),
  );
}

/** Components for operations of these kinds. */
export function sharedResponses(used: ReadonlySet<FailureKind>): JsonSchema {
  const responses: JsonSchema = {};
  for (const kind of kinds.filter((one) => used.has(one)))
    for (const status of statusesOf(kind)) responses[responseName(status, kind)] = problemResponse(status, codesOfStatus(kind, status));
  return responses;
}

/** What is refused before it is known who calls. */
const beforeCaller: ReadonlySet<ProblemCode> = new Set([
  "bad-request-line",
  "not-acceptable",
  "uri-too-long",
  "unexpected-body",
  "unauthenticated",
  "too-many-failures",
]);

/** An answer that can carry any of these codes. */
export function problemResponse(status: number, codes: readonly ProblemCode[], further: readonly string[] = []): JsonSchema {
  return {
    description: [codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(" "), ...further].join("\n\n"),
    headers: {
      "Request-Id": headerOf("RequestId"),
      ...(!codes.every((code) => beforeCaller.has(code)) && limitHeaders),
      ...((status === 503 || status === 429 || codes.includes("in-progress")) && { "Retry-After": headerOf("RetryAfter") }),
      ...(codes.includes("outcome-unknown") && { Location: headerOf("OperationLocation") }),
      ...(codes.includes("duplicate") && { Location: headerOf("Location") }),
      ...(codes.includes("precondition-failed") && { ETag: headerOf("ETag") }),
    },
    content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    "x-codes": codes,
  };
}

/** Of every problem document, whoever reads it: why, and where (RFC 9457, section 3.2). */
export const problemErrors: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    description: "One reason. `pointer` (into the body), `parameter` or `header` says where.",
    properties: {
      pointer: { type: "string" },
      parameter: { type: "string" },
      header: { type: "string" },
      code: { type: "string" },
      detail: { type: "string" },
    },
    required: ["code", "detail"],
  },
};

/** `writes`: whether there is a precondition that can fail. */
export function problemSchema(writes: boolean): JsonSchema {
  return {
    type: "object",
    description: "What went wrong (RFC 9457). `code` never changes its meaning; `detail` is for people.",
    properties: {
      type: { type: "string", format: "uri", description: "The page that explains this code; that of `quota-exceeded` is registered with IANA." },
      title: { type: "string" },
      status: { type: "integer" },
      detail: { type: "string" },
      code: { type: "string", "x-extensible-enum": Object.keys(problemKinds) },
      request_id: { type: "string", description: "Quote it when you ask for help." },
      "violated-policies": { type: "array", items: { type: "string" }, description: "With `quota-exceeded`: the policies that have nothing left." },
      errors: problemErrors,
      ...(writes && {
        current: {
          type: "object",
          description: "With `precondition-failed`: the values that stand now, of the fields that the request wanted to change.",
          additionalProperties: true,
        },
      }),
    },
    required: ["type", "title", "status", "detail", "code", "request_id"],
  };
}
