/** Texts as the bytes of a binary column. */

const space = 32;

/** The bytes of a text, filled up with spaces to `width`; undefined where they would not read as the text. */
export type Encode = (text: string, width: number) => Uint8Array | undefined;

/** `latin1` is Windows-1252, as `TextDecoder` and MariaDB have it: each of its 256 bytes is one character. */
export function encoderOf(encoding: "utf-8" | "latin1"): Encode {
  if (encoding === "utf-8") {
    const encoder = new TextEncoder();
    // A byte order mark at the beginning is not read as a part of the text.
    return (text, width) => (text.startsWith("\uFEFF") ? undefined : filledUp(encoder.encode(text), width));
  }
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const byteOf = new Map([...new TextDecoder("latin1").decode(all)].map((character, byte) => [character, byte]));
  return (text, width) => {
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) {
      const byte = byteOf.get(text.charAt(at));
      if (byte === undefined) return undefined;
      bytes[at] = byte;
    }
    return filledUp(bytes, width);
  };
}

function filledUp(bytes: Uint8Array, width: number): Uint8Array {
  if (bytes.length >= width) return bytes;
  const filled = new Uint8Array(width).fill(space);
  filled.set(bytes);
  return filled;
}
