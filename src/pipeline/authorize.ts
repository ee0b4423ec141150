/** What the caller may do: default deny, one declared scope per operation. */

import type { Operation } from "#contract/operations.ts";
import { Problem } from "#lib/problems.ts";
import type { Principal } from "./principal.ts";

export function authorize(operation: Operation, principal: Principal): void {
  if (principal.scopes.has(operation.scope)) return;
  throw new Problem("insufficient-scope", `This operation needs the scope ${operation.scope}, which the key does not carry.`, {
    headers: { "WWW-Authenticate": `Bearer realm="api", error="insufficient_scope", scope="${operation.scope}"` },
  });
}
