/** The receipt of a write: what makes a repetition a replay. Port: kept where the effect is, or in the gateway's own store. */

import type { StoredAnswer } from "#contract/command-call.ts";

/** 128 bits that name a request for good: a digest of partner, environment and Idempotency-Key. */
export type KeyHash = Uint8Array;

export interface Receipt {
  readonly partner: string;
  /** SHA-256 over what was asked (writes.md): method, route, path, query, version, media type, canonical body. */
  readonly fingerprint: Uint8Array;
  /** Absent when it has expired, or can no longer be decrypted. */
  readonly answer: StoredAnswer | undefined;
  /** Scopes that a caller must hold to be shown the answer. */
  readonly scopes: readonly string[];
  /** Path of what the write made or changed, `/v1/orders/0000123`. */
  readonly made: string | undefined;
}

/** Encrypts what is stored of answers (AES-256-GCM, RFC 5116). */
export interface BodySeal {
  seal(plain: Uint8Array, keyHash: KeyHash): Uint8Array;
  /** Undefined where no known key opens it. */
  open(sealed: Uint8Array, keyHash: KeyHash): Uint8Array | undefined;
}
