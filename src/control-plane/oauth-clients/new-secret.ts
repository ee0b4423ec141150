/** Makes a client's secret, and what is stored of it. */
import { randomBase62 } from "#lib/base62.ts";
import { hashSecret } from "../api-keys/peppers.ts";
import type { ControlPlane } from "../control-plane.ts";
import { generateClientSecret } from "./client-id.ts";
import type { ClientSecret } from "./client-records.ts";

export function newSecret(
  { peppers, keyPrefix }: Pick<ControlPlane, "peppers" | "keyPrefix">,
  now: number,
): { readonly text: string; readonly stored: ClientSecret } {
  const text = generateClientSecret(keyPrefix);
  const stored = { id: randomBase62(8), mac: hashSecret(peppers, peppers.current, text), pepperVersion: peppers.current, createdAt: now, expiresAt: undefined };
  return { text, stored };
}
