/** What a repetition is answered with, of a write that has a receipt. */

import type { CommandOutcome, RepeatedCall } from "#contract/command-call.ts";
import type { Receipt } from "./receipt.ts";

/** Whether a receipt is of this very request. */
export function isRepetition(receipt: Receipt, call: RepeatedCall): boolean {
  return receipt.partner === call.partner && same(receipt.fingerprint, call.fingerprint);
}

export function replay(receipt: Receipt, call: RepeatedCall): CommandOutcome {
  if (!isRepetition(receipt, call)) return { kind: "key-reused" };
  const lacking = receipt.scopes.filter((scope) => !call.scopes.has(scope));
  if (lacking.length > 0) return { kind: "scopes-missing", scopes: lacking };
  if (receipt.answer === undefined) return { kind: "expired", made: receipt.made };
  return { kind: "answered", answer: receipt.answer, replayed: true };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
