/** What came of a verb, as an answer; whatever is not done is a problem. */

import type { Performed } from "#control-plane/perform.ts";
import type { Verb } from "#control-plane/verb.ts";
import { Problem, type ProblemError } from "#lib/problems.ts";
import type { PartnerResponse } from "#pipeline/exchange.ts";

export function answerOf(verb: Verb, performed: Performed<unknown>): PartnerResponse {
  switch (performed.kind) {
    case "done":
      return { status: 200, headers: { "Content-Type": "application/json", "Cache-Control": "no-store" }, body: JSON.stringify(performed.value) };
    case "forbidden":
      throw new Problem("insufficient-role", `${verb.name} needs the role ${performed.needs}, which your token does not have.`);
    case "absent":
      throw new Problem("not-found", performed.what);
    case "refused":
      throw new Problem("refused", performed.reasons.join(" "), { errors: performed.reasons.map((detail) => ({ pointer: "", code: "refused", detail })) });
    case "invalid":
      throw invalid(verb, performed.errors);
  }
}

/** Errors name a member of the input; where it stood is for the caller to know. */
function invalid(verb: Verb, errors: readonly ProblemError[]): Problem {
  const inPath = new Set([...verb.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
  const placed = errors.map(({ pointer = "", code, detail }): ProblemError => {
    const member = pointer.split("/")[1] ?? "";
    if (verb.method !== "GET" && !inPath.has(member)) return { pointer, code, detail };
    return { parameter: member, code: code === "unknown-field" ? "unknown-parameter" : code, detail };
  });
  const [first] = placed;
  const summary = placed.length === 1 && first ? first.detail : `${placed.length} members of the input cannot be accepted.`;
  if (placed.some(({ pointer }) => pointer !== undefined)) return new Problem("invalid-body", summary, { errors: placed });
  const unknown = placed.every(({ code }) => code === "unknown-parameter");
  return new Problem(unknown ? "unknown-parameter" : "invalid-parameter", summary, { errors: placed });
}
