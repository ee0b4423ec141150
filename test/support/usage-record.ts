/** A record of a request, as tests need one. */
import { randomUUID } from "node:crypto";
import type { UsageRecord } from "#pipeline/usage.ts";

export function usageRecord(more: Partial<UsageRecord> = {}): UsageRecord {
  return {
    at: Date.now(),
    requestId: randomUUID(),
    partner: "ptr_1",
    environment: "live",
    keyId: "key1",
    address: "192.0.2.1",
    method: "GET",
    route: "/v1/orders/{id}",
    operation: "getOrder",
    version: "2026-01-01",
    status: 200,
    code: undefined,
    cost: 1,
    ms: 1.5,
    replayed: false,
    ...more,
  };
}
