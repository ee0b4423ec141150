/** The keyed hash of key secrets: what is stored is worthless without a pepper, which the database never holds. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

export interface Peppers {
  /** The version new keys are hashed under: the highest configured one. */
  readonly current: number;
  readonly byVersion: ReadonlyMap<number, KeyObject>;
}

/** Takes at least one version; older ones stay as long as keys hashed under them are in use. */
export function createPeppers(secrets: ReadonlyMap<number, Uint8Array>): Peppers {
  const current = Math.max(...secrets.keys());
  return { current, byVersion: new Map([...secrets].map(([version, bytes]) => [version, createSecretKey(bytes)])) };
}

/**
 * HMAC-SHA-256 of a key's secret, 32 bytes. Fast on purpose: a slow hash protects secrets that can be guessed, and one
 * of 256 random bits cannot.
 */
export function hashSecret(peppers: Peppers, version: number, secret: string): Uint8Array {
  const pepper = peppers.byVersion.get(version);
  if (!pepper) throw new Error(`Pepper version ${version} is not configured; add it to SLUICE_KEY_PEPPER.`);
  return createHmac("sha256", pepper).update(secret).digest();
}
