/** A command on its way to the ERP, and what came of it: what the pipeline and the ERP side say to one another. */

import type { ProblemError } from "#lib/problems.ts";

/** The states a caller is willing to change. `tags`: what stands between the quotes of the strong ones; weak tags match nothing, so a list of them alone is empty. */
export type IfMatch = { readonly kind: "absent" } | { readonly kind: "any" } | { readonly kind: "tags"; readonly tags: readonly string[] };

/** An answer as it leaves and as a receipt keeps it, byte for byte. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** What an answer was made of: a caller who lacks one of the scopes may not be shown it. */
export interface MadeAnswer {
  readonly answer: StoredAnswer;
  readonly scopes: readonly string[];
}

/** A field that the ERP changed as well since the caller read it, and what was done about it. */
export interface FieldConflict {
  readonly field: string;
  /** The contract's rule; `owner`: the field is the partner's own, and the ERP changed it all the same. */
  readonly rule: "reject" | "erp-wins" | "partner-wins" | "newest" | "review" | "owner";
  /** Whose value stands. `rejected`: nothing was written. `parked`: the ERP's, until a person decides. */
  readonly outcome: "rejected" | "erp" | "partner" | "parked";
}

/** What a command did, as far as its answer tells. */
export type Effect =
  | {
      readonly kind: "made" | "changed";
      readonly id: string;
      /** As it stands now; undefined where the caller cannot see it (any more). */
      readonly item: Readonly<Record<string, unknown>> | undefined;
      readonly tag: string | undefined;
      readonly conflicts: readonly FieldConflict[];
    }
  | { readonly kind: "deleted" }
  /** Waits in the ERP's import table. */
  | { readonly kind: "staged"; readonly operation: string; readonly createdAt: Date }
  /** The ERP's rules of business refuse; `code` is one of the contract's. */
  | { readonly kind: "refused"; readonly code: string; readonly detail: string; readonly pointer: string | undefined };

export interface CommandCall {
  readonly command: string;
  /** The thing it works on; undefined for one that is to be made. */
  readonly id: string | undefined;
  /** Valid by the contract. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly partner: string;
  readonly accounts: readonly string[];
  readonly scopes: ReadonlySet<string>;
  /** 128 bits: a digest of partner, environment and Idempotency-Key, or random where the caller sent none. */
  readonly keyHash: Uint8Array;
  /** SHA-256 of what was asked. */
  readonly fingerprint: Uint8Array;
  readonly ifMatch: IfMatch;
  /** Makes the answer, inside the transaction that it tells of. */
  readonly answer: (effect: Effect) => MadeAnswer;
}

/** What a repetition is recognised by, and answered to. */
export type RepeatedCall = Pick<CommandCall, "partner" | "scopes" | "keyHash" | "fingerprint">;

export type CommandOutcome =
  | { readonly kind: "answered"; readonly answer: StoredAnswer; readonly replayed: boolean }
  /** A receipt of this key tells of another request. */
  | { readonly kind: "key-reused" }
  /** Done so long ago that the answer is no longer kept; `made`: path of what it made or changed. */
  | { readonly kind: "expired"; readonly made: string | undefined }
  /** The answer holds what needs these scopes. */
  | { readonly kind: "scopes-missing"; readonly scopes: readonly string[] }
  | { readonly kind: "in-progress" }
  | { readonly kind: "absent" }
  /** If-Match does not hold: what stands now, in the fields the caller wanted to change. */
  | {
      readonly kind: "precondition-failed";
      readonly tag: string;
      readonly current: Readonly<Record<string, unknown>>;
      readonly conflicts: readonly FieldConflict[];
    }
  | { readonly kind: "invalid"; readonly errors: readonly ProblemError[] }
  /** The ERP already has a thing with the partner's number. */
  | { readonly kind: "duplicate"; readonly made: string }
  /** The ERP refused for a reason that the binding does not know. Nothing was changed. */
  | { readonly kind: "failed"; readonly cause: unknown }
  /** It was done or not; the operation will tell. */
  | { readonly kind: "unknown"; readonly operation: string; readonly cause: unknown };

/** How far something is that did not end with its request. */
export interface OperationState {
  readonly status: "pending" | "succeeded" | "failed" | "dead_letter" | "not_performed" | "unknown";
  /** The operation that asked for it, such as `reportPayment`. */
  readonly command: string | undefined;
  readonly createdAt: Date | undefined;
  readonly endedAt: Date | undefined;
  /** Path of what it made. */
  readonly made: string | undefined;
  /** Why the ERP refused it: one of the contract's codes. */
  readonly refusal: { readonly code: string; readonly detail: string } | undefined;
}
