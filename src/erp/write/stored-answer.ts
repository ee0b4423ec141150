/** An answer as bytes: a line of JSON with status and headers, then the body as it left. */

import type { StoredAnswer } from "#contract/command-call.ts";

export function answerBytes({ status, headers, body }: StoredAnswer): Uint8Array {
  return Buffer.from(`${JSON.stringify([status, headers, body !== null])}\n${body ?? ""}`);
}

/** Of bytes that `answerBytes` made. */
export function answerOf(bytes: Uint8Array): StoredAnswer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const end = text.indexOf("\n"); // JSON writes none inside of its line
  const [status, headers, hasBody] = JSON.parse(text.slice(0, end)) as [number, Readonly<Record<string, string>>, boolean]; // only `answerBytes` writes it
  return { status, headers, body: hasBody ? text.slice(end + 1) : null };
}
