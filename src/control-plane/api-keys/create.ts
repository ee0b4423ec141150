/** Issues an API key to a partner; its secret is in the answer and nowhere else. */
import { expandScope, isScope } from "#contract/scope.ts";
import type { Environment } from "#pipeline/principal.ts";
import type { PartnerRecords } from "../partners/partner-records.ts";
import { formatKey, generateKey } from "./format.ts";
import type { ApiKey, KeyRegister, NewKey } from "./key-records.ts";
import { hashSecret, type Peppers } from "./peppers.ts";

export interface CreateKeyPorts {
  readonly partners: Pick<PartnerRecords, "find">;
  readonly keys: Pick<KeyRegister, "insert">;
  readonly peppers: Peppers;
  /** Every scope the contracts declare. */
  readonly knownScopes: ReadonlySet<string>;
  /** The contract versions there are, `YYYY-MM-DD`, newest first; a new key is pinned to the newest. */
  readonly versions: readonly [string, ...string[]];
  readonly prefix?: string;
}

export interface CreateKey {
  /** Id or name. */
  readonly partner: string;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  readonly apiVersion?: string | undefined;
  readonly label?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

export type KeyCreated =
  | { readonly kind: "created"; readonly key: ApiKey; readonly token: string }
  | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Names every reason for a refusal at once. `now` in milliseconds since 1970. */
export async function createKey(ports: CreateKeyPorts, input: CreateKey, now: number): Promise<KeyCreated> {
  const partner = await ports.partners.find(input.partner);
  const reasons = [...(partner ? [] : [`There is no partner "${input.partner}".`]), ...reasonsAgainstKey(ports, input, now)];
  if (!partner || reasons.length > 0) return { kind: "refused", reasons };

  const parts = generateKey(input.environment);
  const key: NewKey = {
    kid: parts.kid,
    partner: partner.id,
    environment: input.environment,
    mac: hashSecret(ports.peppers, ports.peppers.current, parts.secret),
    pepperVersion: ports.peppers.current,
    scopes: [...new Set(input.scopes)].sort(),
    apiVersion: input.apiVersion ?? ports.versions[0],
    label: input.label,
    createdAt: now,
    expiresAt: input.expiresAt,
  };
  await ports.keys.insert(key);
  const { mac: _mac, pepperVersion: _version, ...shown } = key;
  return {
    kind: "created",
    key: { ...shown, partnerName: partner.name, suspendedAt: undefined, revokedAt: undefined },
    token: formatKey(parts, ports.prefix),
  };
}

/** What is wrong with a key, whoever is to have it. */
export function reasonsAgainstKey(ports: Pick<CreateKeyPorts, "knownScopes" | "versions">, input: Omit<CreateKey, "partner">, now: number): readonly string[] {
  return [...checkScopes(input.scopes, ports.knownScopes), ...check(input, ports.versions, now)];
}

function checkScopes(scopes: readonly string[], known: ReadonlySet<string>): string[] {
  if (scopes.length === 0) return ["A key needs at least one scope."];
  const unknown = scopes.filter((scope) => !isScope(scope) || expandScope(scope, known).length === 0);
  if (unknown.length === 0) return [];
  return [`No contract declares ${unknown.map((scope) => `"${scope}"`).join(", ")}. There are: ${[...known].sort().join(", ")}.`];
}

function check(input: Omit<CreateKey, "partner">, versions: readonly string[], now: number): string[] {
  const reasons: string[] = [];
  if (input.apiVersion !== undefined && !versions.includes(input.apiVersion)) {
    reasons.push(`There is no API version "${input.apiVersion}". There are: ${versions.join(", ")}.`);
  }
  if (input.expiresAt !== undefined && !(input.expiresAt > now)) reasons.push("A key expires in the future.");
  if (input.label !== undefined && (input.label.length > 200 || /\p{Cc}/u.test(input.label))) {
    reasons.push("A label has at most 200 characters and no control characters.");
  }
  return reasons;
}
