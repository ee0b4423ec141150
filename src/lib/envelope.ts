/** Seals secrets at rest, each under a data key of its own, which the gateway's own secret wraps: to change that secret, data keys are wrapped anew and nothing else. */

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";

/** Where a sealed value stands. It opens there and nowhere else. */
export interface SealedPlace {
  /** The table that the value belongs to. */
  readonly table: string;
  /** Its row there, by primary key. */
  readonly row: string;
}

/** What is stored of a secret; none of it says anything without the gateway's secret. */
export interface Envelope {
  /** Names the secret that wraps the data key, and tells nothing of it. */
  readonly wrappedUnder: string;
  readonly wrappedKey: Uint8Array;
  readonly sealed: Uint8Array;
}

export interface EnvelopeSecrets {
  /** The gateway's own secret: seals, and opens. */
  readonly current: Uint8Array;
  /** Others of the same gateway, of before or to come: open what was sealed under them. */
  readonly others: readonly Uint8Array[];
}

export interface Envelopes {
  /** The secret that seals. */
  readonly current: string;
  /** The other secrets that open, by the names that envelopes carry. */
  readonly others: readonly string[];
  seal(plain: Uint8Array, place: SealedPlace): Envelope;
  /** Undefined for what was sealed under a secret that is not here, for another place, or tampered with. */
  open(envelope: Envelope, place: SealedPlace): Uint8Array | undefined;
  /** The same envelope with its data key under the current secret; undefined as for `open`. The value itself is not touched. */
  rewrap(envelope: Envelope, place: SealedPlace): Envelope | undefined;
}

/** What every sealed text begins with, should one ever be made in another way. */
const version = 1;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM (NIST SP 800-38D) twice: a random data key seals the value, and a key made of the secret (HKDF-SHA-256, RFC
 * 5869) wraps the data key. Either text is version (1 byte), random nonce (12), ciphertext, tag (16). The place is associated
 * data of both. A data key seals once, so nonces never meet; wrapping is safe for some 2^32 values per secret.
 */
export function envelopes({ current, others }: EnvelopeSecrets): Envelopes {
  const sealing = wrappingKey(current);
  const keys = new Map([sealing, ...others.map(wrappingKey)].map((key) => [key.name, key.key]));

  function dataKey({ wrappedUnder, wrappedKey }: Envelope, place: SealedPlace): Uint8Array | undefined {
    const key = keys.get(wrappedUnder);
    return key && decrypt(key, wrappedKey, associated("data key", place));
  }

  function wrap(plainKey: Uint8Array, place: SealedPlace): Omit<Envelope, "sealed"> {
    return { wrappedUnder: sealing.name, wrappedKey: encrypt(sealing.key, plainKey, associated("data key", place)) };
  }

  return {
    current: sealing.name,
    others: [...keys.keys()].filter((name) => name !== sealing.name),
    seal(plain, place) {
      const fresh = randomBytes(keyBytes);
      const sealed = encrypt(createSecretKey(fresh), plain, associated("value", place));
      return { ...wrap(fresh, place), sealed };
    },
    open(envelope, place) {
      const key = dataKey(envelope, place);
      return key?.length === keyBytes ? decrypt(createSecretKey(key), envelope.sealed, associated("value", place)) : undefined;
    },
    rewrap(envelope, place) {
      const key = dataKey(envelope, place);
      return key && { ...wrap(key, place), sealed: envelope.sealed };
    },
  };
}

function wrappingKey(secret: Uint8Array): { readonly name: string; readonly key: KeyObject } {
  const derive = (purpose: string, length: number): Uint8Array => new Uint8Array(hkdfSync("sha256", secret, "", purpose, length));
  return {
    name: Buffer.from(derive("sluice envelope v1 name", 9)).toString("base64url"),
    key: createSecretKey(derive("sluice envelope v1 wrapping key", keyBytes)),
  };
}

function associated(what: "data key" | "value", { table, row }: SealedPlace): Uint8Array {
  return Buffer.from(JSON.stringify([what, table, row]));
}

function encrypt(key: KeyObject, plain: Uint8Array, bound: Uint8Array): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(bound);
  return Buffer.concat([Uint8Array.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, text: Uint8Array, bound: Uint8Array): Uint8Array | undefined {
  const end = text.length - tagBytes;
  if (end < 1 + nonceBytes || text[0] !== version) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, text.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(bound);
  decipher.setAuthTag(text.subarray(end));
  try {
    return Buffer.concat([decipher.update(text.subarray(1 + nonceBytes, end)), decipher.final()]);
  } catch {
    return undefined; // another key's, of another place, or tampered with
  }
}
