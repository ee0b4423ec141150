/** Seals what is stored of answers: nobody reads it in the ERP's database, or moves it to another receipt. */

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from "node:crypto";
import type { BodySeal } from "./receipt.ts";

export interface SealSecrets {
  /** The gateway's own secret: seals, and opens. */
  readonly current: Uint8Array;
  /** Those it had before: open what was sealed then. */
  readonly previous: readonly Uint8Array[];
}

/** What a sealed text begins with, should it ever be made in another way. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const shortest = 1 + nonceBytes + tagBytes;

/**
 * AES-256-GCM (NIST SP 800-38D) with a key of its own (HKDF-SHA-256, RFC 5869) and the receipt's key as associated data.
 * Sealed: version (1 byte), random nonce (12), ciphertext, tag (16). A random nonce is safe for some 2^32 answers per secret.
 */
export function bodySeal({ current, previous }: SealSecrets): BodySeal {
  const keys = [current, ...previous].map(keyOf);
  const [sealing = keyOf(current)] = keys;
  return {
    seal(plain, keyHash) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", sealing, nonce);
      cipher.setAAD(keyHash);
      return Buffer.concat([Uint8Array.of(version), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    open(sealed, keyHash) {
      if (sealed.length < shortest || sealed[0] !== version) return undefined;
      for (const key of keys) {
        const plain = opened(key, sealed, keyHash);
        if (plain !== undefined) return plain;
      }
      return undefined;
    },
  };
}

function keyOf(secret: Uint8Array): KeyObject {
  return createSecretKey(new Uint8Array(hkdfSync("sha256", secret, "", "sluice stored answer v1", 32)));
}

function opened(key: KeyObject, sealed: Uint8Array, keyHash: Uint8Array): Uint8Array | undefined {
  const end = sealed.length - tagBytes;
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(1, 1 + nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(keyHash);
  decipher.setAuthTag(sealed.subarray(end));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(1 + nonceBytes, end)), decipher.final()]);
  } catch {
    return undefined; // another key's, or tampered with
  }
}
