/** Makes a key pair that signs access tokens; its private half leaves this file sealed. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";
import { z } from "zod";
import type { Envelopes } from "#lib/envelope.ts";
import { type NewSigningKey, placeOfSigningKey } from "./signing-key-records.ts";

/** Every library that checks tokens knows it, its signatures are short, and no name in a header can make another of it. */
export const signingAlgorithm = "ES256";

/** Published for this long before it signs: longer than others keep the key set (`Cache-Control`), and than processes do. */
const publishedSeconds = 600;

const privateJwk = z.object({ kty: z.literal("EC"), crv: z.literal("P-256"), x: z.string(), y: z.string(), d: z.string() });

/** The id is made of the key (RFC 7638), so that no two keys share one. */
export async function newSigningKey(envelopes: Envelopes, signsInSeconds = publishedSeconds): Promise<NewSigningKey> {
  const pair = await generateKeyPair(signingAlgorithm, { extractable: true });
  const { kty, crv, x, y, d } = privateJwk.parse(await exportJWK(pair.privateKey));
  const kid = await calculateJwkThumbprint({ kty, crv, x, y });
  return {
    kid,
    publicKey: { kty, crv, x, y, kid, alg: signingAlgorithm, use: "sig" },
    privateKey: envelopes.seal(Buffer.from(JSON.stringify({ kty, crv, x, y, d })), placeOfSigningKey(kid)),
    signsInSeconds,
  };
}

/** What `newSigningKey` sealed, as it was. */
export function readPrivateKey(plain: Uint8Array): z.output<typeof privateJwk> {
  return privateJwk.parse(JSON.parse(Buffer.from(plain).toString()));
}
