/** One bounded round of forgetting: for a timer or a cron trigger. */
import type { UsageKept } from "#contract/usage-kept.ts";
import { keptKinds } from "./kept.ts";
import type { Aged, RetentionRecords } from "./retention-records.ts";

/** Rows of one transaction: short enough to hold nobody up. */
const batchSize = 2_000;
/** Of one round; with one a minute, a thousand requests a second are kept up with. */
const batches = 40;

export type Forgotten = Readonly<Record<Aged, number>>;

/** Leaves the rest to the next round, and all of it to the process that is at it. Rejects when the store cannot be asked. */
export async function forgetOld(records: RetentionRecords, kept: UsageKept): Promise<Forgotten> {
  const { request_log: requestLog, usage, events, endpoint_answers: answers, endpoint_receipts: receipts } = keptKinds(kept);
  return {
    request_log: await forget(records, "request_log", requestLog.days),
    usage: await forget(records, "usage", usage.days),
    // In this order: deliveries go when their events are gone, and bodies when no delivery needs them.
    events: await forget(records, "events", events.days),
    deliveries: await forget(records, "deliveries", events.days),
    event_bodies: await forget(records, "event_bodies", events.days),
    endpoint_answers: await forget(records, "endpoint_answers", answers.days),
    endpoint_receipts: await forget(records, "endpoint_receipts", receipts.days),
  };
}

async function forget(records: RetentionRecords, kind: Aged, days: number): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < batches; batch += 1) {
    const forgotten = (await records.forget(kind, days, batchSize)) ?? 0;
    total += forgotten;
    if (forgotten < batchSize) break;
  }
  return total;
}
