/** Error answers in documents, from the one catalogue of problems. */

import { type ProblemCode, problemKinds } from "#lib/problems.ts";
import type { JsonSchema } from "./json-schema.ts";

/** Codes by the status that carries them. */
function codesByStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, readonly ProblemCode[]> {
  const statuses = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problemKinds[code];
    statuses.set(status, [...(statuses.get(status) ?? []), code]);
  }
  return statuses;
}

const always: readonly ProblemCode[] = [
  "bad-request-line",
  "unauthenticated",
  "insufficient-scope",
  "unknown-version",
  "unknown-parameter",
  "invalid-parameter",
  "unexpected-body",
  "not-acceptable",
  "uri-too-long",
  "source-unavailable",
  "gateway-unavailable",
  "source-data-invalid",
  "internal-error",
];

/** What each kind of operation can answer with besides success. */
const codesOf = { list: [...always, "invalid-cursor"], get: [...always, "not-found"] } as const satisfies Record<string, readonly ProblemCode[]>;

/** The same answers share one component, named by what they are: the 400 of a list knows cursors. */
function responseName(status: number, kind: "list" | "get"): string {
  return status === 400 ? (kind === "list" ? "Problem400List" : "Problem400") : `Problem${status}`;
}

export function errorResponses(kind: "list" | "get"): JsonSchema {
  const statuses = [...codesByStatus(codesOf[kind]).keys()].sort((a, b) => a - b);
  return Object.fromEntries(statuses.map((status) => [String(status), { $ref: `#/components/responses/${responseName(status, kind)}` }]));
}

export function sharedResponses(): JsonSchema {
  const responses: JsonSchema = {};
  for (const kind of ["list", "get"] as const) {
    for (const [status, codes] of codesByStatus(codesOf[kind])) {
      responses[responseName(status, kind)] = {
        description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}.`).join(" "),
        headers: {
          "Request-Id": { $ref: "#/components/headers/RequestId" },
          ...(status === 503 && { "Retry-After": { $ref: "#/components/headers/RetryAfter" } }),
        },
        content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        "x-codes": codes,
      };
    }
  }
  return responses;
}

export const problemSchema: JsonSchema = {
  type: "object",
  description: "What went wrong (RFC 9457). `code` never changes its meaning; `detail` is for people.",
  properties: {
    type: { type: "string", format: "uri", description: "The page that explains this code." },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: { type: "string", "x-extensible-enum": Object.keys(problemKinds) },
    request_id: { type: "string", description: "Quote it when you ask for help." },
    errors: {
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
    },
  },
  required: ["type", "title", "status", "detail", "code", "request_id"],
};
