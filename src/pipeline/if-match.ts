/** The If-Match header (RFC 9110, section 13.1.1): which state of a thing a write is meant for. */

import type { IfMatch } from "#contract/command-call.ts";
import { Problem } from "#lib/problems.ts";

/** One element of the list, which may be empty (section 5.6.1), and the comma after it or the end. */
const element = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(,|$)/y;

/** Throws 400 for what is neither `*` nor a list of entity tags. */
export function parseIfMatch(header: string | undefined): IfMatch {
  if (header === undefined) return { kind: "absent" };
  if (header.trim() === "*") return { kind: "any" };
  const tags: string[] = [];
  let some = false;
  for (let at = 0, more = true; more; ) {
    element.lastIndex = at;
    const [all, weak, tag, end] = element.exec(header) ?? [];
    if (all === undefined) throw malformed();
    if (tag !== undefined) some = true;
    if (tag !== undefined && weak === undefined) tags.push(tag);
    at += all.length;
    more = end === ",";
  }
  if (!some) throw malformed();
  return { kind: "tags", tags };
}

function malformed(): Problem {
  return new Problem("bad-request-line", "If-Match is not a list of entity tags.", {
    errors: [{ header: "If-Match", code: "malformed-header", detail: 'Send the ETag as it was received, quotes included, such as "abc".' }],
  });
}
