/** Remembers tokens whose signature and claims were checked: each is used again and again in its few minutes. */
import { sha256 } from "#lib/hash.ts";
import type { Environment } from "#pipeline/principal.ts";
import { toleranceSeconds } from "./jwt.ts";

/** What a token says of its bearer. */
export interface Proven {
  /** The key of the gateway's own that signed it, or the issuer that is trusted. */
  readonly by: { readonly kind: "key"; readonly kid: string } | { readonly kind: "issuer"; readonly id: string };
  /** Of an own token the client's id, else what the issuer calls it. */
  readonly client: string;
  /** What it was issued for; undefined: whatever the client may. */
  readonly scopes: readonly string[] | undefined;
  readonly environment: Environment | undefined;
  /** Seconds since 1970. */
  readonly exp: number;
}

export interface ProvenTokens {
  /** `now` in milliseconds since 1970. */
  find(token: string, now: number): Proven | undefined;
  keep(token: string, proven: Proven): void;
}

export function provenTokens(capacity: number): ProvenTokens {
  // By digest: what stands in memory is no token.
  const byDigest = new Map<string, Proven>();
  return {
    find(token, now) {
      const digest = digestOf(token);
      const found = byDigest.get(digest);
      if (found === undefined || now / 1_000 < found.exp + toleranceSeconds) return found;
      byDigest.delete(digest);
      return undefined;
    },
    keep(token, proven) {
      byDigest.set(digestOf(token), proven);
      if (byDigest.size > capacity) byDigest.delete(byDigest.keys().next().value ?? "");
    },
  };
}

function digestOf(token: string): string {
  return Buffer.from(sha256(token)).toString("base64");
}
