/** What makes two writes the same: the digest of a key, and the digest of what is asked under it. */

import { canonicalJson } from "#lib/canonical-json.ts";
import { sha256 } from "#lib/hash.ts";
import type { JsonValue } from "#lib/json.ts";

export interface WriteRequest {
  readonly method: string;
  /** The path template, `/v1/orders/{id}`. */
  readonly route: string;
  /** As sent. */
  readonly path: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** The contract version it is served in. */
  readonly version: string;
  /** Without its parameters, in lower case; undefined without a body. */
  readonly mediaType: string | undefined;
  readonly body: JsonValue | undefined;
}

/** SHA-256 (32 bytes) over all that a repetition has to share. Order of members and parameters, and spacing, do not count. */
export function fingerprint(request: WriteRequest): Uint8Array {
  const parameters = [...request.parameters].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
  return framedDigest([
    "sluice request v1",
    request.method,
    request.route,
    request.path,
    String(parameters.length),
    ...parameters,
    request.version,
    request.mediaType ?? "",
    // No JSON text is empty, so an absent body is none.
    request.body === undefined ? "" : canonicalJson(request.body),
  ]);
}

/** 16 bytes that name a key of one partner in one environment for good. */
export function keyHash(partner: string, environment: string, key: string): Uint8Array {
  return framedDigest(["sluice key v1", partner, environment, key]).subarray(0, 16);
}

/** Each part with its length in front, so that no two lists of parts are the same bytes. */
function framedDigest(parts: readonly string[]): Uint8Array {
  let framed = "";
  for (const part of parts) framed += `${Buffer.byteLength(part)}:${part}`;
  return sha256(framed);
}
