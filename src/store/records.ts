/** All records of the control plane over one store, and changes of them in one transaction. */
import type { Records } from "#control-plane/control-plane.ts";
import type { TellOfEndpoint } from "#events/delivery-records.ts";
import { keyRegister } from "./api-keys.ts";
import { auditRecords } from "./audit-records.ts";
import type { Store } from "./connect.ts";
import { keyUses } from "./credential-uses.ts";
import { deliveryRecords } from "./deliveries.ts";
import { eventRecords } from "./event-records.ts";
import { issuerRegister } from "./issuers.ts";
import { clientRegister } from "./oauth-clients.ts";
import { operatorRecords } from "./operators.ts";
import { partnerRecords } from "./partners.ts";
import { planRecords } from "./plans.ts";
import { scanStateRecords } from "./scan-states.ts";
import { secretRecords } from "./sealed-secrets.ts";
import { signingKeyRecords } from "./signing-keys.ts";
import { usageRecords } from "./usage.ts";
import { endpointRecords } from "./webhook-endpoints.ts";

/** Over a store or a transaction. `tell`: records in it that an endpoint is resumed; nobody is told without it. */
export function recordsOf(store: Store, tell?: TellOfEndpoint): Records {
  return {
    partners: partnerRecords(store),
    keys: keyRegister(store),
    clients: clientRegister(store),
    issuers: issuerRegister(store),
    signingKeys: signingKeyRecords(store),
    secrets: secretRecords(store),
    audit: auditRecords(store),
    keyUses: keyUses(store),
    plans: planRecords(store),
    operators: operatorRecords(store),
    usage: usageRecords(store),
    events: eventRecords(store),
    scans: scanStateRecords(store),
    endpoints: endpointRecords(store, tell),
    deliveries: deliveryRecords(store),
  };
}

class Unwanted extends Error {}

/** Runs `work` in one transaction, and undoes what it wrote when it rejects or does not want to keep it. */
export function transactionsOf(store: Store, tell?: TellOfEndpoint) {
  return async <T>(work: (records: Records) => Promise<{ readonly keep: boolean; readonly value: T }>): Promise<T> => {
    let unwanted: { readonly value: T } | undefined;
    try {
      return await store.transaction().execute(async (transaction) => {
        const { keep, value } = await work(recordsOf(transaction, tell));
        if (keep) return value;
        unwanted = { value };
        throw new Unwanted();
      });
    } catch (error) {
      if (error instanceof Unwanted && unwanted !== undefined) return unwanted.value;
      throw error;
    }
  };
}
