/** The one catalogue of problem codes: what each means, its HTTP status, and whether a retry can help. */

export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** What the caller should do, shown in the documentation. */
  readonly advice: string;
}

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
  "unknown-version": { status: 400, title: "Unknown API version", advice: "Send one of the dates named in `detail` as Api-Version." },
  "unknown-parameter": { status: 400, title: "Unknown query parameter", advice: "Use only the parameters named in `errors`." },
  "invalid-parameter": { status: 400, title: "Invalid query parameter", advice: "Correct the parameters named in `errors`." },
  "invalid-cursor": {
    status: 400,
    title: "The cursor does not belong to this query",
    advice: "Repeat the query that gave the cursor unchanged, or start again without one.",
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
  /** What happened in truth: for the log, never for the caller. */
  readonly cause?: unknown;
}

/**
 * Stops a request with a problem document (RFC 9457).
 * `detail` is public: it names what the caller sent or may do, never what lies behind the gateway.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors: readonly ProblemError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(`${code}: ${detail}`, { cause: options.cause });
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }

  get status(): number {
    return problemKinds[this.code].status;
  }
}
