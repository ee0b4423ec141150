/** What a key may be given: scopes that contracts declare, versions there are, an end that is still to come. */
import { expandScope, isScope } from "#contract/scope.ts";
import type { ControlPlane } from "../control-plane.ts";
import { readNetworks } from "./allow-list.ts";

export interface WantedTerms {
  readonly scopes?: readonly string[] | undefined;
  readonly api_version?: string | undefined;
  readonly label?: string | null | undefined;
  /** RFC 3339 */
  readonly expires_at?: string | null | undefined;
  readonly allow_from?: readonly string[] | null | undefined;
}

/** Every reason at once; what is undefined is not looked at. `now` in milliseconds since 1970. */
export function reasonsAgainstTerms(plane: Pick<ControlPlane, "knownScopes" | "versions">, wanted: WantedTerms, now: number): readonly string[] {
  const { scopes, api_version: version, label, expires_at: end, allow_from: networks } = wanted;
  const reasons: string[] = [];
  if (scopes !== undefined) reasons.push(...reasonsAgainstScopes(scopes, plane.knownScopes));
  if (version !== undefined && !plane.versions.includes(version))
    reasons.push(`There is no API version "${version}". There are: ${plane.versions.join(", ")}.`);
  if (typeof end === "string" && !(Date.parse(end) > now)) reasons.push("A key expires in the future.");
  if (typeof label === "string" && (label.length > 200 || /\p{Cc}/u.test(label))) reasons.push("A label has at most 200 characters and no control characters.");
  if (networks) {
    const read = readNetworks(networks);
    if (read.kind === "refused") reasons.push(...read.reasons);
  }
  return reasons;
}

function reasonsAgainstScopes(scopes: readonly string[], known: ReadonlySet<string>): readonly string[] {
  if (scopes.length === 0) return ["A key needs at least one scope."];
  const unknown = scopes.filter((scope) => !isScope(scope) || expandScope(scope, known).length === 0);
  if (unknown.length === 0) return [];
  return [`No contract declares ${unknown.map((scope) => `"${scope}"`).join(", ")}. There are: ${[...known].sort().join(", ")}.`];
}

/** In one order, each once. */
export function canonicalScopes(scopes: readonly string[]): readonly string[] {
  return [...new Set(scopes)].sort();
}

/** Of an allow-list that nothing was said against. */
export function canonicalNetworks(networks: readonly string[] | null | undefined): readonly string[] | undefined {
  if (!networks) return undefined;
  const read = readNetworks(networks);
  if (read.kind === "refused") throw new Error(read.reasons.join(" "));
  return read.networks;
}

/** Milliseconds since 1970, of a time that was checked for its form. */
export function momentOf(text: string | null | undefined): number | undefined {
  return text ? Date.parse(text) : undefined;
}
