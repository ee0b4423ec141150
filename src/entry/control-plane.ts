/** The ports of the control plane's verbs, on the gateway's own tables. */
import type { Config } from "#config";
import type { Peppers } from "#control-plane/api-keys/peppers.ts";
import { createAuditChain } from "#control-plane/audit/chain.ts";
import { changesOf } from "#control-plane/change.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import type { Actor } from "#control-plane/verb.ts";
import { describeGateway, endpointTeller, type GatewayDefinition, type WebhookWaysParts, webhookWays } from "#gateway";
import { envelopes } from "#lib/envelope.ts";
import type { Store } from "#store/connect.ts";
import { recordsOf, transactionsOf } from "#store/records.ts";

const environments = ["live", "test"] as const;

export interface ControlPlaneSecrets {
  readonly peppers: Peppers;
  readonly secret: Uint8Array;
  /** Newest first. */
  readonly previousSecrets: readonly Uint8Array[];
}

export function controlPlane(
  definition: GatewayDefinition,
  store: Store,
  secrets: ControlPlaneSecrets,
  sources: Config["sources"],
  receivers: WebhookWaysParts,
): ControlPlane {
  const { scopes, versions } = describeGateway(definition);
  const urls = sources.kind === "external" ? [...sources.urls.values()] : [];
  const notServed = new Set(environments.filter((environment) => urls.some((url) => url[environment] === undefined)));
  const auditChain = createAuditChain([secrets.secret, ...secrets.previousSecrets]);
  return {
    records: recordsOf(store),
    change: changesOf(
      transactionsOf(
        store,
        endpointTeller(definition, () => Date.now()),
      ),
      auditChain,
    ),
    ...{
      peppers: secrets.peppers,
      envelopes: envelopes({ current: secrets.secret, others: secrets.previousSecrets }),
      auditChain,
      webhooks: webhookWays(definition, receivers),
      knownScopes: scopes,
      versions,
      keyPrefix: definition.keyPrefix,
      notServed,
    },
  };
}

/** The gateway itself, such as its first run. */
export const theGateway: Actor = { kind: "system", id: "gateway", name: "gateway", role: "admin" };

/** Whole resources to read, but no field that the contracts hide: what a partner is usually given. */
export function usualScopes(known: ReadonlySet<string>): readonly string[] {
  return [...known].filter((scope) => scope.endsWith(":read") && !scope.includes(".")).sort();
}

/** All that partners can do to their own things, but no field that the contracts hide: for trying things out. */
export function demoScopes(known: ReadonlySet<string>): readonly string[] {
  return [...known].filter((scope) => !scope.includes(".")).sort();
}
