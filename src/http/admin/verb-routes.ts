/** Finds the verb that a raw path means, as it was sent: nothing is normalised, so nothing can mean two things. */

import type { Verb } from "#control-plane/verb.ts";
import { Problem } from "#lib/problems.ts";

export interface VerbTarget {
  readonly verb: Verb;
  /** Members of the input that stand in the path, decoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

export type VerbRoute = (method: string, path: string) => VerbTarget;

interface Template {
  readonly segments: readonly string[];
  readonly methods: Map<string, Verb>;
}

/** Throws 404 where nothing is, and 405 naming the methods where something is. HEAD means GET without its body. */
export function verbRoutes(verbs: readonly Verb[]): VerbRoute {
  const templates = new Map<string, Template>();
  for (const verb of verbs) {
    const known = templates.get(verb.path) ?? { segments: verb.path.split("/"), methods: new Map<string, Verb>() };
    if (known.methods.has(verb.method)) throw new Error(`two verbs are at ${verb.method} ${verb.path}`);
    known.methods.set(verb.method, verb);
    templates.set(verb.path, known);
  }
  // What is spelt out wins over a parameter.
  const inOrder = [...templates.values()].sort((a, b) => parametersIn(a) - parametersIn(b));

  return (method, path) => {
    const segments = path.split("/");
    const fitting = inOrder.filter((template) => fits(template.segments, segments));
    if (fitting.length === 0) throw new Problem("not-found", "There is nothing at this path.");
    const asked = method === "HEAD" ? "GET" : method;
    for (const template of fitting) {
      const verb = template.methods.get(asked);
      if (verb !== undefined) return { verb, parameters: parametersOf(template.segments, segments) };
    }
    const allowed = fitting.flatMap(({ methods }) => [...methods.keys()].flatMap((one) => (one === "GET" ? ["GET", "HEAD"] : [one])));
    throw new Problem("method-not-allowed", `${method.slice(0, 20)} is not allowed here.`, { headers: { Allow: [...new Set(allowed)].join(", ") } });
  };
}

function parametersIn({ segments }: Template): number {
  return segments.filter(isParameter).length;
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function fits(template: readonly string[], segments: readonly string[]): boolean {
  return template.length === segments.length && template.every((part, at) => (isParameter(part) ? (segments[at] ?? "") !== "" : part === segments[at]));
}

function parametersOf(template: readonly string[], segments: readonly string[]): ReadonlyMap<string, string> {
  return new Map(template.flatMap((part, at) => (isParameter(part) ? [[part.slice(1, -1), decoded(segments[at] ?? "")] as const] : [])));
}

function decoded(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    if (!text.includes("\u0000")) return text;
  } catch {
    // Told below, as what it is.
  }
  throw new Problem("bad-request-line", "The path is not well-formed percent-encoded UTF-8.");
}
