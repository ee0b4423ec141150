/** Digests, in one call each. */

import { hash } from "node:crypto";

/** SHA-256 of a text. */
export function sha256(text: string): Uint8Array {
  return hash("sha256", text, "buffer");
}

/** SHA-256 of a text, base64url, cut to 128 bits: for comparing, not for secrets. */
export function digest(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 22);
}

/** SHA-256 of a text, base64url, cut to `length` characters of 6 bits each. */
export function shortDigest(text: string, length: number): string {
  return hash("sha256", text, "base64url").slice(0, length);
}
