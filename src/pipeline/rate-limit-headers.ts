/** The headers that tell callers of their limits: the one file that knows their dialect, draft-ietf-httpapi-ratelimit-headers-11. */

import type { Standings } from "./limits.ts";

/** Both are lists of RFC 9651 with an item for each policy. Empty where there are no limits. */
export function rateLimitHeaders({ policies, inflight }: Standings): Readonly<Record<string, string>> {
  const terms = policies.map(({ name, quota, windowSeconds }) =>
    item(name, [
      ["q", quota],
      ["w", windowSeconds],
    ]),
  );
  if (inflight !== undefined)
    terms.push(
      item("inflight", [
        ["q", inflight],
        ["qu", "concurrent-requests"],
      ]),
    );
  const left = policies.flatMap(({ name, left: rest }) =>
    rest === undefined
      ? []
      : [
          item(name, [
            ["r", rest.units],
            ["t", rest.seconds],
          ]),
        ],
  );
  return {
    ...(terms.length > 0 && { "RateLimit-Policy": terms.join(", ") }),
    ...(left.length > 0 && { RateLimit: left.join(", ") }),
  };
}

type Parameter = readonly [key: string, value: number | string];

/** A String with parameters (RFC 9651, sections 4.1.1.2, 4.1.4 and 4.1.6). */
function item(name: string, parameters: readonly Parameter[]): string {
  return text(name) + parameters.map(([key, value]) => `;${key}=${typeof value === "number" ? integer(value) : text(value)}`).join("");
}

/** Names are letters, digits and dashes: nothing in them has to be escaped. */
function text(value: string): string {
  if (!/^[a-z0-9-]+$/.test(value)) throw new Error("the name of a policy is no plain text");
  return `"${value}"`;
}

const largest = 999_999_999_999_999;

function integer(value: number): string {
  return String(Math.min(largest, Math.trunc(value)));
}
