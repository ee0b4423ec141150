/** Port: the keys that sign access tokens. Which of them signs is decided by the store's clock alone. */
import type { Envelope } from "#lib/envelope.ts";
import type { PublicKey } from "../oauth/public-keys.ts";

export interface SigningKey {
  readonly kid: string;
  readonly publicKey: PublicKey;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly signsFrom: number;
  /** Since it began to sign, by the store's clock; negative while it waits. */
  readonly ageSeconds: number;
  /** When a newer one takes over; undefined while none is there. */
  readonly signsUntil: number | undefined;
  /** `waiting`: published, does not sign yet. `ending`: signs no more, and what it signed counts until it has expired. */
  readonly state: "waiting" | "signing" | "ending";
}

export interface NewSigningKey {
  readonly kid: string;
  readonly publicKey: PublicKey;
  readonly privateKey: Envelope;
  /** How long it is published before it signs; a key that no other precedes signs at once. */
  readonly signsInSeconds: number;
  /** Only where the newest one has signed for longer. */
  readonly unlessNewerThanSeconds?: number;
  /** What those before signed counts no more, from now on. */
  readonly withdrawOthers?: boolean;
}

export interface SigningKeyRecords {
  /** Those that count, newest first. */
  list(): Promise<SigningKey[]>;
  /** Undefined when there is none of this id, or it signs no more. */
  privateKey(kid: string): Promise<Envelope | undefined>;
  /** `there-already`: another one waits, or is newer than asked for. Of several at once, whatever their process, one is added. */
  add(key: NewSigningKey): Promise<"added" | "there-already">;
}

/** Of the sealed private key. */
export function placeOfSigningKey(kid: string): { readonly table: string; readonly row: string } {
  return { table: "signing_keys", row: kid };
}
