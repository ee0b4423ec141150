/** The control plane over a test's own tables, with made-up secrets, scopes and versions, unless the test gives its own. */
import { createPeppers } from "#control-plane/api-keys/peppers.ts";
import { createAuditChain } from "#control-plane/audit/chain.ts";
import { changesOf } from "#control-plane/change.ts";
import type { ControlPlane } from "#control-plane/control-plane.ts";
import type { Performed } from "#control-plane/perform.ts";
import type { Asking } from "#control-plane/verb.ts";
import { openReceivers } from "#entry/open-receivers.ts";
import { webhookWays } from "#gateway";
import { envelopes } from "#lib/envelope.ts";
import type { Store } from "#store/connect.ts";
import { recordsOf, transactionsOf } from "#store/records.ts";
import demo from "../../demo/gateway.ts";

/** An earlier secret of the same gateway. */
export const otherSecret = new Uint8Array(32).fill(6);

/** Real sockets, of which only those that a test opens stay open for a moment. */
const receivers = openReceivers({ privateHosts: new Set(), testLoopback: true }, { onStop: () => undefined });

export function planeOver(store: Store, own: Partial<ControlPlane> = {}): ControlPlane {
  const auditChain = own.auditChain ?? createAuditChain([new Uint8Array(32).fill(7)]);
  return {
    records: recordsOf(store),
    change: changesOf(transactionsOf(store), auditChain),
    peppers: createPeppers(new Map([[1, new Uint8Array(32)]])),
    envelopes: envelopes({ current: new Uint8Array(32).fill(7), others: [otherSecret] }),
    auditChain,
    knownScopes: new Set(["orders:read", "orders:write", "products:read"]),
    versions: ["2026-02-01", "2026-01-01"],
    keyPrefix: undefined,
    notServed: new Set(),
    webhooks: webhookWays(demo, receivers),
    ...own,
  };
}

/** `now` in milliseconds since 1970. */
export function askingAt(now: number, more: Partial<Asking> = {}): Asking {
  return { by: { kind: "operator", id: "op_1", name: "Ada", role: "admin" }, now, requestId: undefined, ...more };
}

/** The value of what was done; anything else fails the test with what it was. */
export async function did<Value>(performed: Promise<Performed<Value>>): Promise<Value> {
  const result = await performed;
  if (result.kind !== "done") throw new Error(JSON.stringify(result));
  return result.value;
}
