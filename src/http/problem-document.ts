/** Problems as they leave: `application/problem+json` (RFC 9457). */

import { type Problem, problemKind } from "#lib/problems.ts";
import type { PartnerResponse } from "#pipeline/exchange.ts";

export function problemDocument(problem: Problem, requestId: string, baseUrl: string): PartnerResponse {
  const { title, status } = problemKind(problem.code);
  return {
    status,
    headers: {
      ...problem.headers,
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      "Request-Id": requestId,
      "X-Content-Type-Options": "nosniff",
    },
    body: JSON.stringify({
      type: `${baseUrl}/docs/errors#${problem.code}`,
      title,
      status,
      detail: problem.detail,
      code: problem.code,
      request_id: requestId,
      ...(problem.errors.length > 0 && { errors: problem.errors }),
      ...problem.members,
    }),
  };
}
