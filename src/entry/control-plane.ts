/** The ports of the control plane's verbs, on the gateway's own tables. */
import type { Config } from "#config";
import type { CreateKeyPorts } from "#control-plane/api-keys/create.ts";
import type { KeyRegister } from "#control-plane/api-keys/key-records.ts";
import type { Peppers } from "#control-plane/api-keys/peppers.ts";
import type { PartnerRecords } from "#control-plane/partners/partner-records.ts";
import { describeGateway, type GatewayDefinition } from "#gateway";
import { keyRegister } from "#store/api-keys.ts";
import type { Store } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";

const environments = ["live", "test"] as const;
type Environment = (typeof environments)[number];

export interface ControlPlane extends CreateKeyPorts {
  readonly partners: PartnerRecords;
  readonly keys: KeyRegister;
  /** Environments that some source has no URL for. */
  readonly notServed: ReadonlySet<Environment>;
}

export function controlPlane(definition: GatewayDefinition, store: Store, peppers: Peppers, sources: Config["sources"]): ControlPlane {
  const { scopes, versions } = describeGateway(definition);
  const urls = sources.kind === "external" ? [...sources.urls.values()] : [];
  const notServed = new Set(environments.filter((environment) => urls.some((url) => url[environment] === undefined)));
  return { partners: partnerRecords(store), keys: keyRegister(store), peppers, knownScopes: scopes, versions, prefix: definition.keyPrefix, notServed };
}

/** Whole resources to read, but no field that the contracts hide: what a partner is usually given. */
export function usualScopes(known: ReadonlySet<string>): readonly string[] {
  return [...known].filter((scope) => scope.endsWith(":read") && !scope.includes(".")).sort();
}

/** All that partners can do to their own things, but no field that the contracts hide: for trying things out. */
export function demoScopes(known: ReadonlySet<string>): readonly string[] {
  return [...known].filter((scope) => !scope.includes(".")).sort();
}
