/** Makes an endpoint's secret, and opens those it has for signing. */
import { randomBase62 } from "#lib/base62.ts";
import type { Envelope } from "#lib/envelope.ts";
import { newKeyPair, newSharedSecret, readSecret, type SigningSecret } from "#lib/standard-webhooks.ts";
import type { ControlPlane } from "../control-plane.ts";
import { placeOfSecret, type SignatureKind, type WebhookEndpoint, type WebhookSecret } from "./endpoint-records.ts";

export interface MadeSecret {
  readonly stored: WebhookSecret;
  readonly sealed: Envelope;
  /** To be shown once; undefined of ed25519, whose private half never leaves. */
  readonly shown: string | undefined;
}

/** `now` in milliseconds since 1970. */
export function makeSecret({ envelopes }: Pick<ControlPlane, "envelopes">, signs: SignatureKind, now: number): MadeSecret {
  const id = `whs_${randomBase62(16)}`;
  const stored = { id, signs, createdAt: now, expiresAt: undefined };
  const seal = (text: string): Envelope => envelopes.seal(Buffer.from(text), placeOfSecret(id));
  if (signs === "ed25519") {
    const { privateKey, publicKey } = newKeyPair();
    return { stored: { ...stored, publicKey }, sealed: seal(privateKey), shown: undefined };
  }
  const shown = newSharedSecret();
  return { stored: { ...stored, publicKey: undefined }, sealed: seal(shown), shown };
}

/** Those that sign at `now`, newest first. Throws where one cannot be opened: signing with the others would hide that. */
export async function openSecrets({ records, envelopes }: Pick<ControlPlane, "records" | "envelopes">, { secrets }: WebhookEndpoint, now: number) {
  const opened: SigningSecret[] = [];
  for (const { id, expiresAt } of secrets) {
    if (expiresAt !== undefined && expiresAt <= now) continue;
    const envelope = await records.endpoints.sealed(id);
    const plain = envelope && envelopes.open(envelope, placeOfSecret(id));
    const secret = plain && readSecret(Buffer.from(plain).toString());
    if (secret === undefined) throw new Error(`the webhook secret ${id} cannot be opened: is SLUICE_SECRET another one?`);
    opened.push(secret);
  }
  return opened;
}
