/** The written form of API keys: `<prefix>_<env>_<kid>_<secret><crc32>`, the last three in base62. */
import { randomBase62, toBase62 } from "#lib/base62.ts";
import { crc32 } from "#lib/crc32.ts";
import type { Environment } from "#pipeline/principal.ts";

const defaultKeyPrefix = "slc";
const kidLength = 12;
/** 43 characters hold 256 bits. */
const secretLength = 43;
const checksumLength = 6;

export interface KeyParts {
  readonly environment: Environment;
  /** Public: names the key in lists and logs. */
  readonly kid: string;
  readonly secret: string;
}

export type ParsedKey = ({ readonly kind: "key" } & KeyParts) | { readonly kind: "malformed" } | { readonly kind: "checksum" };

export function generateKey(environment: Environment): KeyParts {
  return { environment, kid: randomBase62(kidLength), secret: randomBase62(secretLength) };
}

export function formatKey(parts: KeyParts, prefix = defaultKeyPrefix): string {
  const body = `${prefix}_${parts.environment}_${parts.kid}_${parts.secret}`;
  return body + toBase62(crc32(body), checksumLength);
}

/**
 * Never throws, and costs no more for a long text than for a short one. CRC-32 finds every change of up to four
 * neighbouring characters, so a mistyped key is refused here, before anything is looked up.
 */
export function parseKey(token: string, prefix = defaultKeyPrefix): ParsedKey {
  const kidAt = prefix.length + "_live_".length;
  const secretAt = kidAt + kidLength + 1;
  const checksumAt = secretAt + secretLength;
  if (token.length !== checksumAt + checksumLength) return { kind: "malformed" };

  const environment = environmentOf(token, prefix);
  if (!environment || token[secretAt - 1] !== "_") return { kind: "malformed" };
  const kid = token.slice(kidAt, secretAt - 1);
  const secret = token.slice(secretAt, checksumAt);
  const checksum = token.slice(checksumAt);
  if (!base62.test(kid) || !base62.test(secret) || !base62.test(checksum)) return { kind: "malformed" };

  const expected = toBase62(crc32(token.slice(0, checksumAt)), checksumLength);
  return checksum === expected ? { kind: "key", environment, kid, secret } : { kind: "checksum" };
}

const base62 = /^[0-9A-Za-z]+$/;

/** Both names have four letters, which keeps every position in a key fixed. */
function environmentOf(token: string, prefix: string): Environment | undefined {
  if (token.startsWith(`${prefix}_live_`)) return "live";
  if (token.startsWith(`${prefix}_test_`)) return "test";
  return undefined;
}
