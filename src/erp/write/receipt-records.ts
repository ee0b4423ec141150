/** Port: receipts that the gateway keeps itself, of writes into ERPs that take none of its tables. Noted before the effect, and ended when its outcome is known. */

import type { KeyHash } from "./receipt.ts";

/** A source in one environment. */
export interface ReceiptPlace {
  readonly source: string;
  readonly environment: "live" | "test";
}

/** What is about to be made, and what it will be known by. */
export interface Undertaking extends ReceiptPlace {
  readonly keyHash: KeyHash;
  readonly resource: string;
  readonly command: string;
  readonly partner: string;
  readonly accounts: readonly string[];
  readonly fingerprint: Uint8Array;
  /** The partner's own number of the thing. */
  readonly naturalKey: string;
}

export interface KeptReceipt extends Undertaking {
  /**
   * `started`: the ERP may be at it, or have done it. `found`: done, its answer was lost, and is made anew for whoever asks.
   * `done`: answered. `not_performed`: proven absent.
   */
  readonly state: "started" | "found" | "done" | "not_performed";
  /** New for whoever takes the request up; every later step names it, and does nothing when somebody else has. */
  readonly attempt: Attempt;
  /** Since it was started, by the clock of the database that keeps it. */
  readonly ageMs: number;
  readonly startedAt: Date;
  readonly endedAt: Date | undefined;
  readonly status: number | undefined;
  /** Undefined when it has expired, or was lost. */
  readonly sealedAnswer: Uint8Array | undefined;
  readonly scopes: readonly string[];
  readonly made: string | undefined;
}

/** Names one attempt at a request, among all there ever were. */
export type Attempt = string;

/** A moment by the clock of the database that keeps the receipts, in its own words. */
export type StoreMoment = string;

/** How a request ended. */
export interface ReceiptEnd {
  readonly status: number;
  readonly sealedAnswer: Uint8Array;
  readonly scopes: readonly string[];
  readonly made: string | undefined;
}

/** Every method throws a `Problem` `gateway-unavailable` when the database cannot be asked. */
export interface ReceiptRecords {
  /** The receipt of a key, and what time it is. */
  find(keyHash: KeyHash): Promise<{ readonly receipt: KeptReceipt | undefined; readonly at: StoreMoment }>;
  /**
   * Notes durably that it is about to be done. `seen`: the attempt of the receipt that `find` found. `since`: a
   * moment before the ERP was found to have nothing of that number. Answers the attempt, or undefined when another request
   * is at it, or has been at the same number in one of the same accounts since.
   */
  start(undertaking: Undertaking, seen: Attempt | undefined, since: StoreMoment): Promise<Attempt | undefined>;
  /** Others that are at the same number. */
  rivals(undertaking: Undertaking): Promise<readonly KeptReceipt[]>;
  /** Ends a request that was carried out or refused. False: somebody else has ended it. */
  finish(keyHash: KeyHash, attempt: Attempt, end: ReceiptEnd): Promise<boolean>;
  /** Ends a request whose thing is in the ERP, and whose answer was lost. */
  finishWithout(keyHash: KeyHash, attempt: Attempt, made: string): Promise<boolean>;
  /** Ends a request that is proven to have had no effect. `forget`: nobody was told of it, so nothing is kept. */
  release(keyHash: KeyHash, attempt: Attempt, forget: boolean): Promise<boolean>;
  /** Started requests older than that, for whoever looks them up; another process is not given the same ones for a while. */
  overdue(place: ReceiptPlace, olderThanMs: number, limit: number): Promise<readonly KeptReceipt[]>;
  /** Forgets answers and then whole receipts that are older than that, some at a time. How many were changed. */
  expire(olderThanMs: { readonly answers: number; readonly receipts: number }, limit: number): Promise<number>;
}
