/** Decodes a body to text: UTF-8 alone, without a byte order mark (RFC 8259, section 8.1), and not empty. */

import type { MalformedReason } from "#lib/body-reasons.ts";

export interface TextError {
  readonly code: MalformedReason;
  readonly detail: string;
}

/** The text, or why there is none. */
export function decodeJsonText(bytes: Uint8Array): string | TextError {
  if (hasByteOrderMark(bytes)) return { code: "byte-order-mark", detail: "The body begins with a byte order mark at byte 1; JSON is sent without one." };
  // JSON begins with two ASCII characters, or is one: a zero byte there is another encoding of them.
  if (bytes[0] === 0 || bytes[1] === 0) return { code: "invalid-utf-8", detail: "The body looks like UTF-16 or UTF-32; JSON is sent in UTF-8." };
  let text: string;
  try {
    text = strictDecoder().decode(bytes);
  } catch {
    return { code: "invalid-utf-8", detail: `The body is not UTF-8 at byte ${firstInvalid(bytes) + 1}.` };
  }
  return /[^ \t\r\n]/.test(text) ? text : { code: "empty-body", detail: "The body is empty; it has to be one JSON value." };
}

function strictDecoder(): InstanceType<typeof TextDecoder> {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}

/** UTF-8, UTF-16 in either order, and UTF-32 with them. */
function hasByteOrderMark([first, second, third, fourth]: Uint8Array): boolean {
  if (first === 0xef && second === 0xbb && third === 0xbf) return true;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return first === 0 && second === 0 && third === 0xfe && fourth === 0xff;
}

/** Where decoding fails first: in great steps, then byte by byte. */
function firstInvalid(bytes: Uint8Array): number {
  let start = 0;
  for (const step of [4096, 1]) {
    const decoder = strictDecoder();
    try {
      decoder.decode(bytes.subarray(0, start), { stream: true });
      for (; start < bytes.length; start += step) decoder.decode(bytes.subarray(start, start + step), { stream: true });
    } catch {
      if (step === 1) break;
    }
  }
  return Math.min(start, bytes.length - 1);
}

/** Says where an offset is. Offsets come in ascending order, so that all of them together cost one pass. */
export function positions(text: string): (offset: number) => string {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (let end = text.indexOf("\n", lineStart); end >= 0 && end < offset; end = text.indexOf("\n", lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    return `line ${line}, column ${offset - lineStart + 1}`;
  };
}
