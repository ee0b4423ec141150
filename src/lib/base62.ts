/** Random strings of digits and letters: no character that a shell, a URL or a double click treats specially. */

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` characters from the system's secure random source, each worth 5.95 bits. */
export function randomBase62(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      // 248 is the largest multiple of 62 in a byte; what lies above would favour the first characters.
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}

/** A whole number of at most 32 bits, padded with zeros to `length` characters. */
export function toBase62(value: number, length: number): string {
  let rest = value >>> 0;
  let text = "";
  for (let place = 0; place < length; place++) {
    text = alphabet[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}
