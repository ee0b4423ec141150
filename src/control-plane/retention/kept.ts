/** How long each kind of data is kept, and what sees to it: the one list of it. */
import { type ReceiptsKept, receiptsKept } from "#contract/receipts-kept.ts";
import { type UsageKept, usageKept } from "#contract/usage-kept.ts";

interface KeptKind {
  readonly what: string;
  /** `for-good`: nothing of it is deleted. */
  readonly days: number | "for-good";
  /** Where it can be set. */
  readonly variable: string | undefined;
  /** Where it lies. */
  readonly where: "gateway" | "ERP or gateway";
}

/** Everything that is kept of partners and their requests; without `kept`, as it is where nothing is configured. */
export function keptKinds(kept: Partial<ReceiptsKept & UsageKept> = {}) {
  const { requestLogDays, usageDays, eventDays, bodyDays, tombstoneDays } = { ...receiptsKept, ...usageKept, ...kept };
  return {
    request_log: { what: "log of partners' requests", days: requestLogDays, variable: "REQUEST_LOG_DAYS", where: "gateway" },
    usage: { what: "counts of requests by day", days: usageDays, variable: "USAGE_DAYS", where: "gateway" },
    events: { what: "events, and deliveries of them that have ended", days: eventDays, variable: "EVENT_DAYS", where: "gateway" },
    write_answers: { what: "answers of writes, encrypted", days: bodyDays, variable: "RECEIPT_BODY_DAYS", where: "ERP or gateway" },
    write_receipts: { what: "that an Idempotency-Key was used", days: tombstoneDays, variable: undefined, where: "ERP or gateway" },
    endpoint_answers: { what: "answers of requests that change webhook endpoints, encrypted", days: 1, variable: undefined, where: "gateway" },
    endpoint_receipts: { what: "that their Idempotency-Key was used", days: 30, variable: undefined, where: "gateway" },
    audit: { what: "audit records", days: "for-good", variable: undefined, where: "gateway" },
    access: { what: "partners, keys and operators, revoked ones as well", days: "for-good", variable: undefined, where: "gateway" },
  } as const satisfies Readonly<Record<string, KeptKind>>;
}
