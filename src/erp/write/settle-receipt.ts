/** How a write into an ERP without receipts ended, as far as the ERP shows: whether it has the thing. */

import type { BoundResource } from "../binding/source.ts";
import type { ReadCaller } from "../read/reader.ts";
import { pathOf } from "./carry-out.ts";
import type { NaturalKey } from "./natural-key.ts";
import type { KeptReceipt, ReceiptRecords } from "./receipt-records.ts";

/** How long a write may take, and when nothing of it can be underway any more. */
export interface WriteLimits {
  /** COMMIT is sent no later than this after the write was noted. */
  readonly commitWithinMs: number;
  /** After this the database has ended it, one way or the other. */
  readonly overAfterMs: number;
}

/**
 * `statementBoundMs`: of a connection and a statement together. The server ends a transaction that is idle for the time of
 * a statement, so COMMIT has arrived by then or never will, and has run after as long again.
 */
export function writeLimits(statementBoundMs: number): WriteLimits {
  return { commitWithinMs: 2 * statementBoundMs, overAfterMs: 4 * statementBoundMs };
}

export interface SettleParts {
  readonly resource: BoundResource;
  readonly number: NaturalKey;
  readonly records: ReceiptRecords;
  readonly limits: WriteLimits;
}

/** `underway`: nothing is there yet, and may still come. */
export type Settled = { readonly kind: "found"; readonly made: string } | { readonly kind: "absent" } | { readonly kind: "underway" };

/** Looks for the thing of a receipt that was started, and ends the receipt if that shows how. Looked for in the accounts of its time. */
export async function settleReceipt(
  { resource, number, records, limits }: SettleParts,
  caller: Omit<ReadCaller, "accounts">,
  receipt: KeptReceipt,
): Promise<Settled> {
  const { keyHash, attempt, accounts, naturalKey, ageMs } = receipt;
  const [id] = await number.find({ ...caller, accounts }, naturalKey);
  if (id !== undefined) {
    const made = pathOf(resource.contract, id);
    await records.finishWithout(keyHash, attempt, made);
    return { kind: "found", made };
  }
  if (ageMs <= limits.overAfterMs) return { kind: "underway" };
  // Else somebody else has taken it up.
  return (await records.release(keyHash, attempt, false)) ? { kind: "absent" } : { kind: "underway" };
}
