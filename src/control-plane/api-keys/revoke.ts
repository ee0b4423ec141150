/** Revokes an API key now and for good. */
import type { ApiKey, KeyRegister } from "./key-records.ts";

export type KeyRevoked = { readonly kind: "revoked"; readonly key: ApiKey } | { readonly kind: "refused"; readonly reasons: readonly string[] };

/** Doing it again changes nothing and keeps the first time. `now` in milliseconds since 1970. */
export async function revokeKey(keys: Pick<KeyRegister, "revoke">, kid: string, now: number): Promise<KeyRevoked> {
  const key = await keys.revoke(kid, now);
  return key ? { kind: "revoked", key } : { kind: "refused", reasons: [`There is no key "${kid}".`] };
}
