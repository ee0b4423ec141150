/** Ids and secrets of OAuth clients: both end in a checksum, so that what is mistyped or made up is refused before any lookup. */
import { randomBase62, toBase62 } from "#lib/base62.ts";
import { crc32 } from "#lib/crc32.ts";

const checksumLength = 6;
const idPattern = /^cl_[0-9A-Za-z]{18}$/;
const secretPattern = /^sec_[0-9A-Za-z]{49}$/;

/** `cl_`, 12 random characters and the checksum; public. */
export function generateClientId(): string {
  return checked(`cl_${randomBase62(12)}`);
}

export function isClientId(text: string): boolean {
  return idPattern.test(text) && isChecked(text);
}

/** The project's prefix, `sec_`, 43 random characters (256 bits) and the checksum, such as `slc_sec_...`. */
export function generateClientSecret(prefix = "slc"): string {
  return checked(`${prefix}_sec_${randomBase62(43)}`);
}

export function isClientSecret(text: string, prefix = "slc"): boolean {
  return text.startsWith(`${prefix}_`) && secretPattern.test(text.slice(prefix.length + 1)) && isChecked(text);
}

function checked(text: string): string {
  return text + toBase62(crc32(text), checksumLength);
}

function isChecked(text: string): boolean {
  const end = text.length - checksumLength;
  return text.slice(end) === toBase62(crc32(text.slice(0, end)), checksumLength);
}
