/** What to call a failed attempt, and what to tell the partner of it: nothing of addresses, ports or names inside. */
import type { WebhookOutcome } from "../webhook-request.ts";

export type Failure = Pick<Extract<WebhookOutcome, { readonly kind: "failed" }>, "why" | "detail">;

export const failures = {
  late: { why: "timeout", detail: "No complete answer within 15 seconds." },
  lateConnection: { why: "timeout", detail: "No connection within 5 seconds." },
  lateName: { why: "timeout", detail: "The name was not found out within 5 seconds." },
  unknownName: { why: "connect", detail: "The name could not be looked up." },
  refused: { why: "connect", detail: "The connection was refused." },
  unconnected: { why: "connect", detail: "No connection could be made." },
  reset: { why: "reset", detail: "The connection ended before the answer was complete." },
  invalid: { why: "invalid-answer", detail: "The answer is not HTTP/1.1 as it should be." },
  oversized: { why: "invalid-answer", detail: "The headers of the answer are too large." },
} as const satisfies Readonly<Record<string, Failure>>;

/** By the code of the error, as Node, OpenSSL and undici have it. */
const byCode: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: failures.refused,
  UND_ERR_CONNECT_TIMEOUT: failures.lateConnection,
  ETIMEDOUT: failures.lateConnection,
  UND_ERR_HEADERS_TIMEOUT: failures.late,
  UND_ERR_BODY_TIMEOUT: failures.late,
  UND_ERR_HEADERS_OVERFLOW: failures.oversized,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: failures.invalid,
  UND_ERR_SOCKET: failures.reset,
  ECONNRESET: failures.reset,
  EPIPE: failures.reset,
  CERT_HAS_EXPIRED: tls("The certificate has expired."),
  CERT_NOT_YET_VALID: tls("The certificate is not valid yet."),
  ERR_TLS_CERT_ALTNAME_INVALID: tls("The certificate is for another name."),
  DEPTH_ZERO_SELF_SIGNED_CERT: tls("The certificate is signed by itself alone."),
  SELF_SIGNED_CERT_IN_CHAIN: tls("The certificate is signed by an authority that is not trusted."),
  UNABLE_TO_GET_ISSUER_CERT: tls("The certificate's chain is not complete, or ends at an authority that is not trusted."),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: tls("The certificate's chain is not complete, or ends at an authority that is not trusted."),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: tls("The certificate's chain is not complete, or ends at an authority that is not trusted."),
  CERT_REVOKED: tls("The certificate is revoked."),
};

/** `connected`: whether there was a connection when it happened. */
export function failureOf(error: unknown, connected: boolean): Failure {
  const code = codeOf(error);
  const known = byCode[code];
  // A server that hangs up during the handshake was never connected to.
  if (known !== undefined) return known === failures.reset && !connected ? failures.unconnected : known;
  if (code.startsWith("HPE_")) return failures.invalid;
  if (/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/.test(code)) return tls("No secure connection could be agreed on.");
  return connected ? failures.invalid : failures.unconnected;
}

function tls(detail: string): Failure {
  return { why: "tls", detail };
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
