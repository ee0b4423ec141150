/** Parses `fields=id,status`: the caller's own selection of what it may see. */

import type { ProblemError } from "#lib/problems.ts";

/** The fields asked for, or undefined without the parameter. Pushes an error that names the allowed ones. */
export function parseFields(parameters: ReadonlyMap<string, string>, visible: readonly string[], errors: ProblemError[]): readonly string[] | undefined {
  const value = parameters.get("fields");
  if (value === undefined) return undefined;
  const names = new Set(value.split(","));
  for (const name of names) {
    if (visible.includes(name)) continue;
    errors.push({ parameter: "fields", code: "unknown-value", detail: `fields takes ${visible.join(", ")}.` });
    return undefined;
  }
  return visible.filter((field) => names.has(field) || field === "id");
}
