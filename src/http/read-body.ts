/** Reads the body of a write within limits; what is too large, of another kind or cut off never reaches the pipeline. */

import type { MalformedReason } from "#lib/body-reasons.ts";
import { Problem } from "#lib/problems.ts";
import { mediaTypeOf } from "#pipeline/media-type.ts";

/**
 * The body's bytes, or undefined for an absent or empty one. `headers`: names in lower case, as received. Throws 415, 413 as
 * soon as the limit is passed, and 400 for a body that ends early. `checkType`: throws for a kind that is not taken. Never holds more than the limit and one chunk.
 */
export async function readBody(
  request: Request,
  headers: readonly (readonly [name: string, value: string])[],
  maxBytes: number,
  checkType: () => void = () => void mediaTypeOf(request.method, headers),
): Promise<Uint8Array | undefined> {
  const declared = declaredLength(headers);
  const inChunks = headers.some(([name]) => name === "transfer-encoding");
  // Which of the two counts is what request smuggling plays with (RFC 9112, section 6.1).
  if (inChunks && declared !== undefined) throw badLength("Stands beside Transfer-Encoding: one of them only.");
  if (declared === 0) return undefined;
  const framed = inChunks || declared !== undefined;
  if (framed) checkType();
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes);
  // A declared length binds the runtime's parser, and whole bodies are read much faster than streams.
  const bytes = declared === undefined ? await readStream(request, maxBytes) : await readWhole(request);
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  if (declared !== undefined && bytes.length < declared) throw cutOff(undefined);
  if (bytes.length === 0) return undefined;
  // HTTP/2 announces no body: that there is one shows only now.
  if (!framed) checkType();
  return bytes;
}

function declaredLength(headers: readonly (readonly [name: string, value: string])[]): number | undefined {
  const value = headers.find(([name]) => name === "content-length")?.[1].trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw badLength("Takes the number of bytes in the body.");
}

function badLength(detail: string): Problem {
  return new Problem("bad-request-line", "The header Content-Length cannot be accepted.", {
    errors: [{ header: "Content-Length", code: "malformed-header", detail }],
    headers: { Connection: "close" },
  });
}

async function readWhole(request: Request): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch (error) {
    throw cutOff(error);
  }
}

async function readStream(request: Request, maxBytes: number): Promise<Uint8Array> {
  const reader = request.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw cutOff(error);
    });
    if (done) break;
    length += value.length;
    if (length > maxBytes) {
      // Not awaited: a source may never confirm, and nothing more is taken from it either way.
      void reader.cancel().catch(() => undefined);
      throw tooLarge(maxBytes);
    }
    chunks.push(value);
  }
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(maxBytes: number): Problem {
  return new Problem("body-too-large", `The body is larger than ${maxBytes} bytes.`, { headers: { Connection: "close" } });
}

function cutOff(cause: unknown): Problem {
  const detail = "The body ended before it was complete.";
  return new Problem("malformed-body", detail, {
    errors: [{ pointer: "", code: "incomplete" satisfies MalformedReason, detail }],
    headers: { Connection: "close" },
    cause,
  });
}
