/** The Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header, section 2.1). */

import { Problem } from "#lib/problems.ts";

/**
 * Characters of a key. The draft leaves both to the resource. Sixteen, because shorter ones are accidents that would make
 * different requests one: `undefined`, `null`, `[object Object]`, a counter that begins anew.
 */
const keyLength = { min: 16, max: 255 } as const;

const safe = /^[A-Za-z0-9\-._~:+/=]+$/;

// RFC 9651: what a string, and any bare item of a parameter, look like.
const string = /"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"/;
const number = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})/;
const token = /[A-Za-z*][A-Za-z0-9!#$%&'*+\-.^_`|~:/]*/;
const binary = /:[A-Za-z0-9+/]*={0,2}:/;
const display = /%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"/;
const bareItem = [string, number, token, binary, /\?[01]/, /@-?\d{1,15}/, display].map(({ source }) => source).join("|");
const stringItem = new RegExp(`^(${string.source})(?:; *[a-z*][a-z0-9_\\-.*]*(?:=(?:${bareItem}))?)*$`);

/** The key that a header holds, quoted or bare. Throws 400 for a malformed one, and where one is required and absent. */
export function parseIdempotencyKey(header: string | undefined, required: boolean): string | undefined {
  if (header === undefined) {
    if (!required) return undefined;
    throw refuse("idempotency-key-required", "This request takes effect only once if it can be recognised: send an Idempotency-Key header.", "required");
  }
  const value = header.replace(/^ +| +$/g, "");
  const quoted = stringItem.exec(value)?.[1];
  if (quoted === undefined && !safe.test(value)) {
    throw refuse("idempotency-key-malformed", "The Idempotency-Key header is neither a quoted string nor a bare key of safe characters.", "malformed-header");
  }
  const key = quoted === undefined ? value : quoted.slice(1, -1).replace(/\\(.)/g, "$1");
  if (isIdempotencyKey(key)) return key;
  const { min, max } = keyLength;
  throw refuse("idempotency-key-malformed", `The Idempotency-Key has ${key.length} characters; it takes ${min} to ${max}.`, "wrong-length");
}

/** Whether a text, taken out of its quotes, may be a key: 16 to 255 printable ASCII characters. */
export function isIdempotencyKey(text: string): boolean {
  return text.length >= keyLength.min && text.length <= keyLength.max && /^[\x20-\x7e]+$/.test(text);
}

function refuse(code: "idempotency-key-required" | "idempotency-key-malformed", what: string, error: string): Problem {
  const { min, max } = keyLength;
  const detail = `A key of your own, such as "8e03978e-40d5-43dd-bc93-6894a57f9324": ${min} to ${max} characters, quoted; the quotes may be left out of letters, digits and -._~:+/=.`;
  return new Problem(code, what, { errors: [{ header: "Idempotency-Key", code: error, detail }] });
}
