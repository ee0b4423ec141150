/** Signs as Standard Webhooks 1.0 says: what is signed is `id.timestamp.body`, byte for byte. */
import { createHmac, createPrivateKey, createSecretKey, generateKeyPairSync, type KeyObject, randomBytes, sign as signWith } from "node:crypto";

/** A secret of an endpoint, ready for use. */
export type SigningSecret =
  /** `v1`: HMAC-SHA-256. A key made once: made of bytes for each signature, it costs several times the signature. */
  | { readonly signs: "hmac"; readonly key: KeyObject }
  /** `v1a`: Ed25519 (RFC 8032). */
  | { readonly signs: "ed25519"; readonly key: KeyObject };

/** Of 24 to 64 that the specification allows. */
const secretBytes = 32;
/** PKCS #8 of an Ed25519 key, up to its seed (RFC 8410, section 7). */
const pkcs8OfSeed = Buffer.from("302e020100300506032b657004220420", "hex");

/** `v1,<base64>` or `v1a,<base64>`; `timestamp` in seconds since 1970. */
export function signature(secret: SigningSecret, id: string, timestamp: number, body: Uint8Array): string {
  const head = Buffer.from(`${id}.${timestamp}.`);
  if (secret.signs === "hmac") return `v1,${createHmac("sha256", secret.key).update(head).update(body).digest("base64")}`;
  return `v1a,${signWith(null, Buffer.concat([head, body]), secret.key).toString("base64")}`;
}

/** The headers of a webhook, with a signature by each of the secrets. */
export function signedHeaders(
  secrets: readonly SigningSecret[],
  id: string,
  timestamp: number,
  body: Uint8Array,
): Readonly<Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>> {
  const signatures = secrets.map((secret) => signature(secret, id, timestamp, body)).join(" ");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": signatures };
}

/** `whsec_` and base64. */
export function newSharedSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString("base64")}`;
}

/** `whsk_` and the seed, `whpk_` and the public key, each in base64. */
export function newKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  const { d, x } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  return { privateKey: `whsk_${fromUrl(d)}`, publicKey: `whpk_${fromUrl(x)}` };
}

/** Reads `whsec_` and `whsk_` texts; undefined for anything else. */
export function readSecret(text: string): SigningSecret | undefined {
  const [, prefix, encoded = ""] = /^(whsec|whsk)_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, "base64");
  if (prefix === "whsec" && bytes.length >= 24 && bytes.length <= 64) return { signs: "hmac", key: createSecretKey(bytes) };
  if (prefix === "whsk" && bytes.length === 32)
    return { signs: "ed25519", key: createPrivateKey({ key: Buffer.concat([pkcs8OfSeed, bytes]), format: "der", type: "pkcs8" }) };
  return undefined;
}

/** The JWK (RFC 8037) of a `whpk_` text. */
export function publicJwk(publicKey: string, kid: string): Readonly<Record<"kty" | "crv" | "x" | "kid" | "alg" | "use", string>> {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ""), "base64").toString("base64url");
  return { kty: "OKP", crv: "Ed25519", x, kid, alg: "EdDSA", use: "sig" };
}

function fromUrl(text: string | undefined): string {
  return Buffer.from(text ?? "", "base64url").toString("base64");
}
