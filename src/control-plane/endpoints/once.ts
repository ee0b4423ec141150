/** A change that takes effect once, however often it is asked for: its receipt is written with it, and holds the answer, sealed. */
import type { EndpointOutcome } from "#contract/endpoint-call.ts";
import type { ControlPlane } from "../control-plane.ts";
import { placeOfReceipt } from "./endpoint-records.ts";

export interface Once {
  readonly keyHash: Uint8Array;
  /** Of all that a repetition shares with the first request. */
  readonly fingerprint: Uint8Array;
}

export type Answer = Omit<Extract<EndpointOutcome, { readonly kind: "answered" }>, "kind" | "replayed">;

/** Another request with the same key was done first. */
class DoneBefore extends Error {}

/**
 * `work` is given a control plane whose changes keep a receipt; `answerOf` makes the answer of what a change came to, undefined
 * where it is not done. Repetitions get the first answer, to the byte.
 */
export async function once(
  plane: ControlPlane,
  { keyHash, fingerprint }: Once,
  answerOf: (value: unknown) => Answer | undefined,
  work: (plane: ControlPlane) => Promise<EndpointOutcome>,
): Promise<EndpointOutcome> {
  const before = await repeated(plane, { keyHash, fingerprint });
  if (before !== undefined) return before;
  const change: ControlPlane["change"] = (asking, inner) =>
    plane.change(asking, async (changing) => {
      const { endpoints } = changing.records;
      if (!(await endpoints.claim(keyHash, fingerprint))) throw new DoneBefore();
      const value = await inner(changing);
      const answer = answerOf(value);
      if (answer !== undefined) {
        const sealed = plane.envelopes.seal(Buffer.from(answer.body ?? ""), placeOfReceipt(keyHash));
        await endpoints.finish(keyHash, { status: answer.status, made: answer.made, answer: sealed });
      }
      return value;
    });
  try {
    return await work({ ...plane, change });
  } catch (error) {
    const first = error instanceof DoneBefore ? await repeated(plane, { keyHash, fingerprint }) : undefined;
    if (first === undefined) throw error;
    return first;
  }
}

async function repeated({ records, envelopes }: ControlPlane, { keyHash, fingerprint }: Once): Promise<EndpointOutcome | undefined> {
  const receipt = await records.endpoints.receipt(keyHash);
  if (receipt === undefined) return undefined;
  if (!Buffer.from(receipt.fingerprint).equals(fingerprint)) return { kind: "key-reused" };
  const plain = receipt.answer && envelopes.open(receipt.answer, placeOfReceipt(keyHash));
  if (plain === undefined) return { kind: "expired", made: receipt.made };
  const body = Buffer.from(plain).toString();
  return { kind: "answered", status: receipt.status, body: body === "" ? null : body, made: receipt.made, replayed: true };
}
