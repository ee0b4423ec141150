/** Problems of the admin API as they leave (RFC 9457). Their types are names and no pages: partners' pages are not about operators. */

import { type Problem, problemKind } from "#lib/problems.ts";
import type { PartnerResponse } from "#pipeline/exchange.ts";

export function adminProblem(problem: Problem, requestId: string): PartnerResponse {
  return {
    status: problem.status,
    headers: { ...problem.headers, "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
    body: JSON.stringify({
      type: `urn:sluice:problem:${problem.code}`,
      title: problem.code === "unauthenticated" ? "No valid token of an operator" : problemKind(problem.code).title,
      status: problem.status,
      detail: problem.detail,
      code: problem.code,
      request_id: requestId,
      ...(problem.errors.length > 0 && { errors: problem.errors }),
    }),
  };
}
