/** The one catalogue of problem codes: what each means, its HTTP status, and whether a retry can help. */

import { urlRefusals } from "./addresses/receiver-url.ts";
import { invalidReasons, malformedReasons } from "./body-reasons.ts";

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the caller should do, shown in the documentation. */
  readonly advice: string;
  /** The codes that its `errors` can carry, and what each means, where they are a fixed set of their own. */
  readonly reasons?: Readonly<Record<string, string>>;
}

const endpointReasons = {
  ...urlRefusals,
  "unknown-event-type": "There is no such type of events.",
  "type-not-visible": "Your scopes do not show such events.",
  "unknown-version": "There is no such API version.",
} as const;

/** Every `code` a partner can meet, in the order in which a request passes the checks. Codes never change meaning. */
export const problemKinds = {
  "bad-request-line": {
    status: 400,
    title: "The request line or a header is malformed",
    advice: "Send each header once, a well-formed path and valid percent-encoding.",
  },
  "not-found": { status: 404, title: "Nothing is here", advice: "Check the path and the id. What belongs to another partner answers exactly the same." },
  "method-not-allowed": { status: 405, title: "The method is not allowed here", advice: "Use one of the methods named in the Allow header." },
  "not-acceptable": { status: 406, title: "No acceptable representation", advice: "Accept application/json." },
  "request-timeout": { status: 408, title: "The request did not arrive in time", advice: "Send the whole request within 10 seconds, on a new connection." },
  "uri-too-long": { status: 414, title: "The URL is too long", advice: "Shorten the query: fewer filter values, or several requests." },
  "headers-too-large": { status: 431, title: "The headers are too large", advice: "Send only the headers the documentation names." },
  unauthenticated: { status: 401, title: "No valid API key", advice: "Send `Authorization: Bearer <key>` with a key that was not revoked." },
  "insufficient-scope": { status: 403, title: "The key lacks a scope", advice: "Ask for a key that carries the scope named in `detail`." },
  "too-many-failures": {
    status: 429,
    title: "Too many invalid credentials from this address",
    advice: "Stop sending credentials that are refused, and wait for the seconds given in Retry-After.",
  },
  "quota-exceeded": {
    status: 429,
    title: "More requests than your plan allows",
    advice: "Repeat the request after the seconds given in Retry-After. `RateLimit` says on every answer what is left.",
  },
  "unknown-version": { status: 400, title: "Unknown API version", advice: "Send one of the dates named in `detail` as Api-Version." },
  "unknown-parameter": { status: 400, title: "Unknown query parameter", advice: "Use only the parameters named in `errors`." },
  "invalid-parameter": { status: 400, title: "Invalid query parameter", advice: "Correct the parameters named in `errors`." },
  "invalid-cursor": {
    status: 400,
    title: "The cursor does not belong to this query",
    advice: "Repeat the query that gave the cursor unchanged, or start again without one.",
  },
  "events-no-longer-kept": {
    status: 410,
    title: "The events after this number are no longer kept",
    advice: "Read the resources anew, then go on from `oldest_seq`, the first number that is kept: `after` is one less.",
  },
  "idempotency-key-required": {
    status: 400,
    title: "The Idempotency-Key header is missing",
    advice: "Send a key of your own, new for each thing you want done and the same for each repetition, such as a UUID.",
  },
  "idempotency-key-malformed": {
    status: 400,
    title: "The Idempotency-Key header is malformed",
    advice: 'Send a quoted string, such as "8e03978e-40d5-43dd-bc93-6894a57f9324", or the same without quotes: 16 to 255 letters, digits and -._~:+/=.',
  },
  "precondition-required": {
    status: 428,
    title: "The request must say which state it changes",
    advice: "Read the thing, and send its ETag as If-Match.",
  },
  "unsupported-media-type": { status: 415, title: "The body is of another kind", advice: "Send application/json in UTF-8, not compressed." },
  "body-too-large": { status: 413, title: "The body is too large", advice: "Send less at once; the limit is in `detail`." },
  "malformed-body": {
    status: 400,
    title: "The body is not well-formed JSON",
    advice: "Correct what `errors` names; nothing was done.",
    reasons: malformedReasons,
  },
  "invalid-body": {
    status: 422,
    title: "The body does not fit what this operation takes",
    advice: "Correct the members that `errors` names; nothing was done.",
    reasons: invalidReasons,
  },
  "in-progress": {
    status: 409,
    title: "A request with this Idempotency-Key is being worked on",
    advice: "Repeat the request unchanged after the seconds given in Retry-After.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "The Idempotency-Key was used for another request",
    advice: "Use a new key for a new request; a repetition must be the same to the letter of its meaning.",
  },
  "idempotency-key-expired": {
    status: 422,
    title: "The answer to this Idempotency-Key is no longer kept",
    advice: "It was done; look at what it made, which `detail` names. Use a new key only for something new.",
  },
  "precondition-failed": {
    status: 412,
    title: "It has changed since you read it",
    advice: "Read it again, decide anew, and send the new ETag as If-Match.",
  },
  duplicate: { status: 409, title: "This has been made before", advice: "Look at the thing that `detail` names. A new document needs a new number of yours." },
  "command-refused": { status: 422, title: "The business rules refuse this", advice: "`errors` names the rule by a stable code. Nothing was changed." },
  "command-failed": {
    status: 500,
    title: "The system behind the API refused this for a reason the API does not know",
    advice: "Nothing was changed, and the operator has been alerted. Quote the request id.",
  },
  "outcome-unknown": {
    status: 503,
    title: "Whether it was done is not known yet",
    advice: "Repeat the request with the same Idempotency-Key, or ask the operation that Location names. Never use a new key.",
  },
  "invalid-endpoint": {
    status: 422,
    title: "A webhook endpoint cannot be like this",
    advice: "Correct what `errors` names; nothing was done.",
    reasons: endpointReasons,
  },
  "too-many-endpoints": { status: 409, title: "You have as many webhook endpoints as you may", advice: "Delete one that you need no more, or change one." },
  "endpoint-not-verified": {
    status: 409,
    title: "The webhook endpoint has not answered its challenge yet",
    advice: "Let it answer challenges, then verify it; until then nothing else is sent to it.",
  },
  "delivery-not-kept": {
    status: 409,
    title: "What was sent is no longer kept",
    advice: "Read what you need of the event with GET /v1/events, as far as it is kept there, or the thing itself.",
  },
  "delivery-ended": { status: 409, title: "The delivery has ended already", advice: "Nothing waits for it: there is nothing to be done." },
  "challenge-failed": {
    status: 422,
    title: "The webhook endpoint did not answer its challenge",
    advice: "See in `detail` what came of it, correct the receiver, and verify it again.",
  },
  "too-many-tests": {
    status: 429,
    title: "Too many challenges and tests of webhook endpoints",
    advice: "Repeat the request after the seconds given in Retry-After.",
  },
  "unexpected-body": { status: 400, title: "This operation takes no body", advice: "Send the request without a body." },
  "source-unavailable": {
    status: 503,
    title: "The system behind the API cannot answer now",
    advice: "Repeat the request after the seconds given in Retry-After.",
  },
  "gateway-unavailable": { status: 503, title: "The gateway cannot answer now", advice: "Repeat the request after the seconds given in Retry-After." },
  "source-data-invalid": {
    status: 500,
    title: "A record does not fit what the API promises",
    advice: "The operator has been alerted. Quote the request id when you ask about it.",
  },
  "internal-error": { status: 500, title: "Something failed inside the gateway", advice: "Quote the request id when you report it." },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problemKinds;

/** What only operators can meet, at the admin API; the others mean the same there. */
export const operatorProblemKinds = {
  "insufficient-role": { status: 403, title: "The token's role may not do this", advice: "Ask an operator whose role may; `detail` names it." },
  refused: { status: 422, title: "This cannot be done as asked", advice: "Every reason is in `errors`; nothing was changed." },
} as const satisfies Record<string, ProblemKind>;

export type OperatorProblemCode = keyof typeof operatorProblemKinds;

const allKinds = { ...problemKinds, ...operatorProblemKinds };

export function problemKind(code: ProblemCode | OperatorProblemCode): ProblemKind {
  return allKinds[code];
}

/** One reason among several; exactly one of `pointer`, `parameter` and `header` says where (RFC 9457, section 3.2). */
export interface ProblemError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
  readonly code: string;
  readonly detail: string;
}

export interface ProblemOptions {
  readonly errors?: readonly ProblemError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the document (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  /** What happened in truth: for the log, never for the caller. */
  readonly cause?: unknown;
}

/**
 * Stops a request with a problem document (RFC 9457).
 * `detail` is public: it names what the caller sent or may do, never what lies behind the gateway.
 */
export class Problem extends Error {
  readonly code: ProblemCode | OperatorProblemCode;
  readonly detail: string;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode | OperatorProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
    this.members = options.members ?? {};
  }

  get status(): number {
    return problemKind(this.code).status;
  }
}
