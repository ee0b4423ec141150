/** Ids of operations: they lead to the source and the key of a write, for the partner that began it and nobody else. */

import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

export interface OperationPlace {
  readonly source: string;
  readonly environment: "live" | "test";
  readonly partner: string;
  readonly keyHash: Uint8Array;
}

export interface OperationIds {
  make(place: OperationPlace): string;
  /** Undefined for an id that was made for another partner or environment, or by nobody. */
  open(
    id: string,
    of: { readonly environment: "live" | "test"; readonly partner: string; readonly sources: readonly string[] },
  ): Pick<OperationPlace, "source" | "keyHash"> | undefined;
}

const keyBytes = 16;
const tagBytes = 8;
const form = /^op_([A-Za-z0-9_-]{32})$/;

/** `secret`: the gateway's own. An id is `op_` and 24 bytes in base64url: the key's hash, and a MAC of whose and where it is. */
export function operationIds(secret: Uint8Array): OperationIds {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", "sluice operation id v1", 32));
  const tag = ({ source, environment, partner, keyHash }: OperationPlace): Buffer =>
    createHmac("sha256", key)
      .update(JSON.stringify([source, environment, partner]))
      .update(keyHash)
      .digest()
      .subarray(0, tagBytes);
  return {
    make: (place) => `op_${Buffer.concat([place.keyHash, tag(place)]).toString("base64url")}`,
    open(id, { environment, partner, sources }) {
      const bytes = Buffer.from(form.exec(id)?.[1] ?? "", "base64url");
      if (bytes.length !== keyBytes + tagBytes) return undefined;
      const keyHash = bytes.subarray(0, keyBytes);
      const source = sources.find((name) => timingSafeEqual(tag({ source: name, environment, partner, keyHash }), bytes.subarray(keyBytes)));
      return source === undefined ? undefined : { source, keyHash };
    },
  };
}
