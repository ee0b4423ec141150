/** The grammar of scopes: `resource ":" action`, where a resource may have dotted parts and `*` is any action. */

const pattern = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*:(?:read|write|delete|\*)$/;

export type Scope = `${string}:${"read" | "write" | "delete" | "*"}`;

export function isScope(value: string): value is Scope {
  return value.length <= 100 && pattern.test(value);
}

/** The declared scopes that `granted` stands for: itself, or with `resource:*` every declared action of that resource. */
export function expandScope(granted: string, declared: ReadonlySet<string>): readonly string[] {
  if (!granted.endsWith(":*")) return declared.has(granted) ? [granted] : [];
  const resource = granted.slice(0, -1);
  return [...declared].filter((scope) => scope.startsWith(resource));
}

/** Of the gateway's own operations, where there are events: no contract declares them. */
export const ownScopes = ["events:read", "webhooks:read", "webhooks:write"] as const;
