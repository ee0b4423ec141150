/** Writes into an ERP without receipts that nobody saw the end of: looked up by their numbers, in bounded rounds. */

import type { OperationState } from "#contract/command-call.ts";
import { operationsOf } from "#contract/operations.ts";
import type { BoundResource } from "../binding/source.ts";
import type { ReadCaller } from "../read/reader.ts";
import type { NaturalKey } from "./natural-key.ts";
import type { KeptReceipt, ReceiptPlace, ReceiptRecords } from "./receipt-records.ts";
import { settleReceipt, type WriteLimits } from "./settle-receipt.ts";

/** A resource whose things are recognised by a number. */
export interface Numbered {
  readonly resource: BoundResource;
  readonly number: NaturalKey;
}

export interface ReconcileParts extends ReceiptPlace {
  /** Those of the source, by name. */
  readonly numbered: ReadonlyMap<string, Numbered>;
  readonly records: ReceiptRecords;
  readonly limits: WriteLimits;
}

type Looking = Omit<ReadCaller, "accounts">;

/** Runs work at the source, as background work, when its turn comes. */
export type InBackground = <T>(work: (caller: Looking) => Promise<T>) => Promise<T>;

const batchSize = 20;

/** One round: ends what can be ended, and tells how many were looked up. The ERP is asked only when there is something to look up. */
export async function reconcileReceipts({ source, environment, numbered, records, limits }: ReconcileParts, run: InBackground): Promise<number> {
  const overdue = await records.overdue({ source, environment }, limits.overAfterMs, batchSize);
  if (overdue.length === 0) return 0;
  await run(async (caller) => {
    for (const receipt of overdue) {
      const one = numbered.get(receipt.resource);
      // A resource that is no longer served: whoever serves it again will look.
      if (one !== undefined) await settleReceipt({ ...one, records, limits }, caller, receipt);
    }
  });
  return overdue.length;
}

/** How far a write is, for the partner that began it: the ERP is asked where that is not known yet. */
export async function findKeptOperation(
  { numbered, records, limits }: ReconcileParts,
  keyHash: Uint8Array,
  partner: string,
  run: InBackground,
): Promise<OperationState | undefined> {
  const { receipt } = await records.find(keyHash);
  if (receipt === undefined || receipt.partner !== partner) return undefined;
  const one = numbered.get(receipt.resource);
  if (receipt.state === "started" && one !== undefined) await run((caller) => settleReceipt({ ...one, records, limits }, caller, receipt));
  const now = receipt.state === "started" ? ((await records.find(keyHash)).receipt ?? receipt) : receipt;
  return { ...endOf(now), command: one && operationOf(one.resource, now.command), createdAt: now.startedAt, endedAt: now.endedAt, refusal: undefined };
}

function endOf({ state, status = 0, made }: KeptReceipt): Pick<OperationState, "status" | "made"> {
  if (state === "not_performed") return { status: "not_performed", made: undefined };
  if (state === "started") return { status: "unknown", made: undefined };
  return { status: state === "done" && status >= 400 ? "failed" : "succeeded", made };
}

/** Its name in documents: `placeOrder`. */
function operationOf({ contract }: BoundResource, command: string): string | undefined {
  return operationsOf(contract).find((one) => one.kind === "command" && one.command === command)?.id;
}
