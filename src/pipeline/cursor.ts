/** Cursors: a position in a list, encrypted and bound to the query, version, partner and environment it came from. */

import { createCipheriv, createDecipheriv, createHash, createSecretKey, randomBytes } from "node:crypto";
import type { Position } from "#contract/list-query.ts";
import { Problem } from "#lib/problems.ts";

/** What a cursor is bound to, as one text. */
export type CursorBinding = string;

export interface Cursors {
  seal(position: Position, binding: CursorBinding): string;
  /** Throws 400 `invalid-cursor` for anything this gateway did not make for exactly this binding. */
  open(cursor: string, binding: CursorBinding): Position;
}

const nonceBytes = 12;
const tagBytes = 16;
/** What fits into a URL: long text columns make long positions, and what was given out must be accepted again. */
const maxLength = 7000;

/** AES-256-GCM (NIST SP 800-38D) with the binding as associated data: nothing of it can be read, changed or moved. */
export function cursors(secret: Uint8Array): Cursors {
  const nextNonce = nonces();
  const key = createSecretKey(createHash("sha256").update("sluice cursor v1").update(secret).digest());
  return {
    seal(position, binding) {
      const nonce = nextNonce();
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      cipher.setAAD(Buffer.from(binding));
      const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(position), "utf8"), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url");
    },
    open(cursor, binding) {
      if (cursor.length > maxLength || !/^[A-Za-z0-9_-]+$/.test(cursor)) throw invalid();
      const sealed = Buffer.from(cursor, "base64url");
      if (sealed.length <= nonceBytes + tagBytes || sealed.toString("base64url") !== cursor) throw invalid();
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(binding));
      decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
      try {
        const opened = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes), undefined, "utf8") + decipher.final("utf8");
        return JSON.parse(opened) as Position; // authenticated: only `seal` can have written it
      } catch {
        throw invalid();
      }
    },
  };
}

/** Random nonces, drawn many at a time: asking for twelve bytes costs as much as asking for thousands. */
function nonces(): () => Uint8Array {
  let drawn: Uint8Array = new Uint8Array();
  let at = 0;
  return () => {
    if (at + nonceBytes > drawn.length) {
      drawn = randomBytes(nonceBytes * 256);
      at = 0;
    }
    at += nonceBytes;
    return drawn.subarray(at - nonceBytes, at);
  };
}

function invalid(): Problem {
  return new Problem("invalid-cursor", "The cursor does not belong to this query. Repeat the query that gave it unchanged, or start without a cursor.", {
    errors: [
      {
        parameter: "cursor",
        code: "invalid-cursor",
        detail: "Cursors are opaque and valid only for the query, version, partner and environment they came from.",
      },
    ],
  });
}
