/** Conditional reads: entity tags and If-None-Match (RFC 9110, sections 8.8.3 and 13.1.2). */

import { Problem } from "#lib/problems.ts";

const list = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:[ \t]*,[ \t]*(?:W\/)?"[\x21\x23-\x7e]*")*$/;

export function entityTag(opaque: string): string {
  return `"${opaque}"`;
}

/** Whether the caller already holds this representation. Tags are compared weakly, as the RFC asks of If-None-Match. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const value = ifNoneMatch.trim();
  if (value === "*") return true;
  if (!list.test(value)) {
    throw new Problem("bad-request-line", "If-None-Match is not a list of entity tags.", {
      errors: [{ header: "If-None-Match", code: "malformed-header", detail: 'Send the ETag as it was received, quotes included, such as "abc".' }],
    });
  }
  return value.split(",").some((candidate) => candidate.trim().replace(/^W\//, "") === tag);
}
