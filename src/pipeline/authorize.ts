/** What the caller may do: default deny, one declared scope per operation. */

import { Problem } from "#lib/problems.ts";
import type { Principal } from "./principal.ts";

export function authorize({ scope }: { readonly scope: string }, principal: Principal): void {
  if (principal.scopes.has(scope)) return;
  throw lacking(scope);
}

export function lacking(scope: string): Problem {
  return new Problem("insufficient-scope", `This operation needs the scope ${scope}, which the key does not carry.`, {
    headers: { "WWW-Authenticate": `Bearer realm="api", error="insufficient_scope", scope="${scope}"` },
  });
}
