/** The ports of the control plane's verbs, on the gateway's own tables. */
import type { CreateKeyPorts } from "#control-plane/api-keys/create.ts";
import type { KeyRegister } from "#control-plane/api-keys/key-records.ts";
import type { Peppers } from "#control-plane/api-keys/peppers.ts";
import type { PartnerRecords } from "#control-plane/partners/partner-records.ts";
import { describeGateway, type GatewayDefinition } from "#gateway";
import { keyRegister } from "#store/api-keys.ts";
import type { Store } from "#store/connect.ts";
import { partnerRecords } from "#store/partners.ts";

export interface ControlPlane extends CreateKeyPorts {
  readonly partners: PartnerRecords;
  readonly keys: KeyRegister;
}

export function controlPlane(definition: GatewayDefinition, store: Store, peppers: Peppers): ControlPlane {
  const { scopes, versions } = describeGateway(definition);
  return { partners: partnerRecords(store), keys: keyRegister(store), peppers, knownScopes: scopes, versions, prefix: definition.keyPrefix };
}
