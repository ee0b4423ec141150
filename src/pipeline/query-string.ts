/** Reads a query string strictly: each parameter once, well-formed percent-encoding, nothing that cannot be text. */

import { Problem, type ProblemError } from "#lib/problems.ts";

const maxParameters = 50;

/**
 * Parameters by name, in the order sent. `+` is a space, as forms write it. Throws 400 naming the parameter that is
 * repeated, malformed (percent-encoding, UTF-8), or holds NUL.
 */
export function parseQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (query === "") return parameters;
  const pairs = query.split("&");
  if (pairs.length > maxParameters) throw new Problem("invalid-parameter", `More than ${maxParameters} query parameters.`);
  for (const pair of pairs) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = decode(equals < 0 ? "" : pair.slice(equals + 1));
    if (name === undefined) throw refuse({ parameter: "?", code: "malformed", detail: "A parameter's name is not well-formed percent-encoded UTF-8 text." });
    if (value === undefined) throw refuse({ parameter: name, code: "malformed", detail: "The value is not well-formed percent-encoded UTF-8 text." });
    if (parameters.has(name)) throw refuse({ parameter: name, code: "repeated", detail: "The parameter may stand once only." });
    parameters.set(name, value);
  }
  return parameters;
}

function refuse(error: ProblemError): Problem {
  return new Problem("invalid-parameter", "The query string cannot be read.", { errors: [error] });
}

/** Undefined for what is no text: bad escapes, bytes that are not UTF-8, NUL, lone surrogates. */
function decode(text: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined; // a malformed escape, or bytes that are not UTF-8
  }
  return decoded.includes("\u0000") || !decoded.isWellFormed() ? undefined : decoded;
}
