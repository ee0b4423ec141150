/** What an endpoint may be: a URL that can be sent to, types of events that there are and that it may see, a version that is served. */
import { nearestName } from "#lib/nearest-name.ts";
import type { ProblemError } from "#lib/problems.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { ControlPlane } from "../control-plane.ts";

export interface WantedEndpoint {
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly api_version?: string | undefined;
}

/** Every reason at once, with pointers into the input; what is undefined is not looked at. */
export async function errorsAgainstEndpoint(
  plane: Pick<ControlPlane, "webhooks" | "versions">,
  environment: Environment,
  scopes: ReadonlySet<string>,
  { url, types = [], api_version: version }: WantedEndpoint,
): Promise<readonly ProblemError[]> {
  const errors: ProblemError[] = [];
  if (url !== undefined) {
    const vetted = await plane.webhooks.vet(url, environment);
    if (vetted.kind === "refused") errors.push({ pointer: "/url", code: vetted.code, detail: vetted.detail });
    if (vetted.kind === "unknown") errors.push({ pointer: "/url", code: "host-not-found", detail: "Its host could not be looked up just now." });
  }
  for (const [at, type] of types.entries()) {
    const error = type === "*" ? undefined : errorAgainstType(plane, scopes, type);
    if (error !== undefined) errors.push({ pointer: `/types/${at}`, ...error });
  }
  if (version !== undefined && !plane.versions.includes(version))
    errors.push({ pointer: "/api_version", code: "unknown-version", detail: `There is no such API version. There are: ${plane.versions.join(", ")}.` });
  return errors;
}

/** Undefined where the type can be received. */
export function errorAgainstType(
  { webhooks }: Pick<ControlPlane, "webhooks">,
  scopes: ReadonlySet<string>,
  type: string,
): Pick<ProblemError, "code" | "detail"> | undefined {
  if (!webhooks.types.has(type)) {
    const nearest = nearestName(type, [...webhooks.types]);
    return {
      code: "unknown-event-type",
      detail: nearest === undefined ? "There is no such type of events." : `There is no such type of events; did you mean ${nearest}?`,
    };
  }
  const lacking = webhooks.lacking(scopes, type);
  return lacking.length === 0 ? undefined : { code: "type-not-visible", detail: `To be shown such events takes the scope ${lacking.join(" and ")}.` };
}

/** In one order, each once. */
export function canonicalTypes(types: readonly string[]): readonly string[] {
  return [...new Set(types)].sort();
}
